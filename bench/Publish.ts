/** Publishes the traffic of a scenario with a plain client, beforehand or at a steady pace. */
import type { PubSubAccess } from "./PubSubAccess.ts"

/** Messages `first` … `first + count - 1` of one topic. */
export interface Load {
  /** In full: `projects/P/topics/T`. */
  readonly topic: string
  readonly first: number
  readonly count: number
  readonly bytes: (id: number) => Buffer
}

// Pub/Sub takes 1,000 messages in one request.
const atOnce = 1_000
const requestsAtOnce = 4

/** Publishes all of it as fast as the server takes it, and waits for every answer. */
export const publishAll = async (access: PubSubAccess, load: Load): Promise<void> => {
  const end = load.first + load.count
  let next = load.first
  const worker = async () => {
    while (next < end) {
      const from = next
      next = Math.min(end, next + atOnce)
      await publishRange(access, load, from, next)
    }
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, worker))
}

/**
 * Publishes it evenly over `seconds`, every 10 ms what is due, and waits for every answer.
 *
 * The pace is that of the clock: what a slow answer delays is made up for.
 */
export const publishPaced = async (access: PubSubAccess, load: Load, seconds: number): Promise<void> => {
  const started = performance.now()
  const answers: Array<Promise<void>> = []
  let sent = 0
  while (sent < load.count) {
    const share = Math.min(1, (performance.now() - started) / (seconds * 1000))
    const due = Math.min(sent + atOnce, Math.floor(share * load.count))
    if (due > sent) answers.push(publishRange(access, load, load.first + sent, load.first + due))
    sent = due
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await Promise.all(answers)
}

const publishRange = async (access: PubSubAccess, load: Load, from: number, to: number): Promise<void> => {
  const messages = Array.from({ length: to - from }, (_, index) => ({ data: load.bytes(from + index) }))
  await access.publisher.publish({ topic: load.topic, messages })
}
