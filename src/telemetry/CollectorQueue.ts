/** What waits to be sent to a collector: bounded, sent one request after the other, and awaited by nobody. */
import { Duration, Effect, Latch, type Scope } from "effect"
import type * as HttpBody from "effect/http/HttpBody"
import type { HttpClient } from "effect/http/HttpClient"
import { type Backoff, backoffMillis } from "../time/Backoff.ts"
import type { CollectorCounts, DropReason, Signal } from "./CollectorCounts.ts"
import { type Answer, send } from "./CollectorRequest.ts"
import { collectorRetryBaseMillis, collectorRetryCapMillis, lastSpansMillis } from "./Limits.ts"
import type { CollectorSettings } from "./TelemetrySettings.ts"

/** A request that waits. */
export interface Waiting {
  readonly body: HttpBody.HttpBody
  /** How many spans are in it; 0 for metrics. */
  readonly spans: number
}

/** What may wait. */
export interface QueueLimits {
  readonly requests: number
  /** **Units**: bytes as encoded. */
  readonly bytes: number
}

/** Where to and how much of one signal is sent. */
export interface CollectorQueueOptions {
  readonly signal: Signal
  readonly collector: CollectorSettings
  readonly limits: QueueLimits
  /** Whether what was not taken now is sent again; else it is forgotten, as the next one says more. */
  readonly sendsAgain: boolean
  readonly counts: CollectorCounts
}

/** What waits to be sent to one collector. */
export interface CollectorQueue {
  /** Takes a request over; where that is too much, the oldest are dropped and counted. Never waits. */
  readonly offer: (waiting: Waiting) => void
}

/**
 * Opens the queue for the life of the scope. At its end what waits is sent within {@link lastSpansMillis}, unless the
 * collector was in trouble; the rest is dropped and counted.
 *
 * **Guarantee**: what a collector does, or does not, shows in counts and in one line for each change, and nowhere else.
 */
export const makeCollectorQueue = (
  options: CollectorQueueOptions
): Effect.Effect<CollectorQueue, never, HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { collector, sendsAgain } = options
    const queue = new Queue(options)
    const work = Effect.gen(function* () {
      yield* queue.filled.await
      for (let next = queue.take(); next !== undefined; next = queue.take()) {
        const answer = yield* send(collector, next.body)
        const line = queue.answered(next, answer)
        if (line !== undefined) yield* line
        if (answer._tag !== "NotNow" || !sendsAgain) continue
        const waits = Math.max(yield* backoffMillis(backoff, queue.failuresInARow), answer.waitMillis)
        yield* Effect.sleep(Duration.millis(Math.min(waits, 2 * collectorRetryCapMillis)))
      }
    })
    // supervised: it fails in no way, and ends with the scope
    yield* Effect.forkScoped(Effect.forever(work))
    // Run before the fiber is interrupted: the last finalizer comes first.
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        queue.isInTrouble
          ? Effect.void
          : Effect.timeoutOption(queue.emptied.await, Duration.millis(lastSpansMillis)),
        Effect.suspend(() => queue.dropAll())
      )
    )
    return { offer: (waiting) => queue.offer(waiting) }
  })

const backoff: Backoff = {
  baseMillis: collectorRetryBaseMillis,
  capMillis: collectorRetryCapMillis,
  jitter: 0.2
}

class Queue {
  readonly filled = Latch.makeUnsafe(false)
  readonly emptied = Latch.makeUnsafe(true)
  failuresInARow = 0
  readonly #options: CollectorQueueOptions
  #waiting: Array<Waiting> = []
  #bytes = 0
  #underWay: Waiting | undefined
  #droppedInTrouble = 0

  constructor(options: CollectorQueueOptions) {
    this.#options = options
  }

  get isInTrouble(): boolean {
    return this.failuresInARow > 0
  }

  offer(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#bytes += bytesOf(waiting)
    this.#shrink()
    this.#turnLatches()
  }

  /** The oldest, which is under way from now on; undefined where none waits. */
  take(): Waiting | undefined {
    this.#underWay = this.#waiting.shift()
    if (this.#underWay !== undefined) this.#bytes -= bytesOf(this.#underWay)
    this.#turnLatches()
    return this.#underWay
  }

  /** Notes what came of the request under way; answers with the line that is to be logged about it. */
  answered(waiting: Waiting, answer: Answer): Effect.Effect<void> | undefined {
    const { collector, counts, sendsAgain, signal } = this.#options
    this.#underWay = undefined
    if (answer._tag === "Taken") {
      counts.sent += waiting.spans
      const wasInTrouble = this.isInTrouble
      this.failuresInARow = 0
      return wasInTrouble ? this.#recovered() : undefined
    }
    this.failuresInARow += 1
    counts.failures[signal] += 1
    if (answer._tag === "Refused") this.#drop(waiting, "refused")
    else if (sendsAgain) {
      this.#waiting.unshift(waiting)
      this.#bytes += bytesOf(waiting)
      this.#shrink()
    }
    if (this.failuresInARow > 1) return undefined
    return Effect.logWarning(
      `${signal} are not taken by the collector at ${collector.url}: ${answer.why}. Messages are not affected`
    )
  }

  /** Gives up what is left; nothing is sent after that. */
  dropAll(): Effect.Effect<void> {
    const left = this.#underWay === undefined ? this.#waiting : [this.#underWay, ...this.#waiting]
    this.#waiting = []
    this.#bytes = 0
    const spans = left.reduce((sum, waiting) => sum + waiting.spans, 0)
    for (const waiting of left) this.#drop(waiting, "stopped")
    return spans === 0 ? Effect.void : Effect.logWarning(`${spans} spans were not sent before the stop`)
  }

  #recovered(): Effect.Effect<void> {
    const { collector, signal } = this.#options
    const dropped = this.#droppedInTrouble
    this.#droppedInTrouble = 0
    const lost = dropped === 0 ? "" : `; ${dropped} spans were dropped meanwhile`
    return Effect.logInfo(`${signal} are taken by the collector at ${collector.url} again${lost}`)
  }

  #shrink(): void {
    const { bytes, requests } = this.#options.limits
    while (this.#waiting.length > requests || this.#bytes > bytes) {
      const oldest = this.#waiting.shift()
      if (oldest === undefined) return
      this.#bytes -= bytesOf(oldest)
      this.#drop(oldest, "queue-full")
    }
  }

  #drop({ spans }: Waiting, reason: DropReason): void {
    this.#options.counts.dropped[reason] += spans
    this.#droppedInTrouble += spans
  }

  #turnLatches(): void {
    const isEmpty = this.#waiting.length === 0
    if (isEmpty) this.filled.closeUnsafe()
    else this.filled.openUnsafe()
    if (isEmpty && this.#underWay === undefined) this.emptied.openUnsafe()
    else this.emptied.closeUnsafe()
  }
}

const bytesOf = ({ body }: Waiting): number => ("contentLength" in body ? (body.contentLength ?? 0) : 0)
