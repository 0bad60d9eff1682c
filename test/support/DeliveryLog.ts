/** What became of each delivery of each message, as seen between the processes and their servers. */
import type { LostReason } from "../../src/pubsub/Settled.ts"

/** One delivery of a message. */
export interface LoggedDelivery {
  readonly messageId: string
  /** No two deliveries of a message have the same. */
  readonly attempt: number
  readonly process: string
  /** When the process took it. **Units**: ms since the epoch. */
  readonly receivedAtMillis: number
  /** Publishes of its dead letter that were asked for, and how many of them the process was told to have succeeded. */
  publishesAsked: number
  publishesConfirmed: number
  /** What the process was told of its acknowledgement; undefined where it was told nothing. */
  ack: "done" | LostReason | undefined
  wasReleased: boolean
}

/** The log of a world. */
export class DeliveryLog {
  readonly #byMessage = new Map<string, Array<LoggedDelivery>>()
  readonly #ended = new Set<string>()

  received(process: string, messageId: string, attempt: number, receivedAtMillis: number): void {
    const delivery: LoggedDelivery = {
      messageId,
      attempt,
      process,
      receivedAtMillis,
      publishesAsked: 0,
      publishesConfirmed: 0,
      ack: undefined,
      wasReleased: false
    }
    const others = this.#byMessage.get(messageId)
    if (others === undefined) this.#byMessage.set(messageId, [delivery])
    else others.push(delivery)
  }

  /** The delivery that a process has of a message; undefined where it has none. */
  find(messageId: string, attempt: number): LoggedDelivery | undefined {
    return this.#byMessage.get(messageId)?.find((one) => one.attempt === attempt)
  }

  /** All deliveries of a message, in order. */
  of(messageId: string): ReadonlyArray<LoggedDelivery> {
    return this.#byMessage.get(messageId) ?? []
  }

  /** A process was killed or told to stop: what it had in hand may be left as it is. */
  ended(process: string): void {
    this.#ended.add(process)
  }

  hasEnded(process: string): boolean {
    return this.#ended.has(process)
  }
}
