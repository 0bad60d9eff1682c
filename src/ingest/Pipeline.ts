/** Runs one subscription: batches through a bounded number of slots, retries beside them, nothing unbounded. */
import { Clock, Effect, type Result, type Scope, Stream } from "effect"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { SchemaViolation, Undecodable } from "../domain/Fate.ts"
import { batchesAtOnce } from "../pipeline/Limits.ts"
import type { Delivery } from "../pubsub/Message.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { Metrics, type StreamGauges, type StreamName } from "../telemetry/Metrics.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { type Attempt, makeAttempt } from "./Attempt.ts"
import type { DeliveryReports } from "./HealthMonitor.ts"
import { makeOpenWorks } from "./OpenWork.ts"
import { makeRetries } from "./Retries.ts"
import type { Handle, Work } from "./Work.ts"

/** What a pipeline is made of. */
export interface PipelineOptions<A> {
  readonly stream: StreamName
  readonly subscription: Subscription
  readonly decode: (
    data: Uint8Array,
    attributes: Delivery["attributes"]
  ) => Result.Result<A, Undecodable | SchemaViolation>
  readonly handle: Handle<A>
  readonly reports: DeliveryReports
  /** Deliveries in backoff before intake pauses. */
  readonly maxRetrying: number
  /**
   * Takes over a payment whose order is not there, suspending while there is no room; false once it takes none any
   * more. Undefined: such payments are dead letters at once.
   */
  readonly admit: ((work: Work<A>) => Effect.Effect<boolean>) | undefined
}

/** A pipeline that can be run once. */
export interface Pipeline<A> {
  /**
   * Ends after `stop`, when everything in flight has its fate and what was in backoff is released.
   *
   * **Errors**: `PubSubError`: the subscription is missing or access to it denied.
   */
  readonly run: Effect.Effect<void, PubSubError>
  /** Stops intake and ends all backoff; what is in backoff is released. */
  readonly stop: Effect.Effect<void>
  readonly attempt: Attempt<A>
  /** Gives deliveries back for redelivery at once. */
  readonly release: (works: ReadonlyArray<Work<A>>) => Effect.Effect<void>
  readonly inFlight: () => number
  readonly retrying: () => number
  /** Whether intake stands still because too many deliveries are in backoff. */
  readonly isFull: () => boolean
  /**
   * Once `run` is interrupted: ends what is left, and counts it as released; closing the subscription does release
   * it.
   */
  readonly giveUp: Effect.Effect<void>
  /** Oldest publish time among what is decoded and has no fate, what waits apart. **Units**: µs. */
  readonly oldestMicros: () => number | undefined
  /** That time when there last was one; `-Infinity` where there never was. **Units**: µs. */
  readonly lastOldestMicros: () => number
}

/** Makes the pipeline of one subscription. */
export const makePipeline = <A>(
  options: PipelineOptions<A>
): Effect.Effect<Pipeline<A>, never, DeadLetters | Metrics | Scope.Scope> =>
  Effect.gen(function* () {
    const { stream, subscription } = options
    const metrics = yield* Metrics
    const attempt = yield* makeAttempt<A>(options)
    const open = makeOpenWorks()
    const mayWait = options.admit === undefined ? never : always
    let inFlight = 0

    const release = Effect.fnUntraced(function* (works: ReadonlyArray<Work<A>>) {
      if (works.length === 0) return
      // Counted first: interrupted while the server is silent, it comes back all the same.
      yield* metrics.released(stream, works.length)
      yield* subscription.release(works.map(({ delivery }) => delivery))
    })

    /** Lets works wait one by one, telling each time that one has left; those turned away are released. */
    const hand = (works: ReadonlyArray<Work<A>>, left: Effect.Effect<unknown>): Effect.Effect<void> =>
      Effect.forEach(
        works,
        Effect.fnUntraced(function* (work) {
          const admitted = options.admit !== undefined && (yield* options.admit(work))
          yield* left
          if (!admitted) yield* release([work])
        }),
        { discard: true }
      )

    const retries = yield* makeRetries<A>({
      maxRetrying: options.maxRetrying,
      open,
      attempt: (works) => attempt(works, mayWait, "retry"),
      release,
      hand
    })

    const process = Effect.fnUntraced(function* (deliveries: ReadonlyArray<Delivery>) {
      const receivedAtMillis = monotonicMillis(yield* Clock.Clock)
      const works = deliveries.map(
        (delivery): Work<A> => ({
          delivery,
          decoded: options.decode(delivery.data, delivery.attributes),
          receivedAtMillis
        })
      )
      const record = open.add(works)
      inFlight += works.length
      yield* metrics.received(stream, works.length, bytesOf(deliveries))
      const { again, unmatched } = yield* attempt(works, mayWait, "first")
      inFlight -= works.length - again.length - unmatched.length
      yield* hand(
        unmatched,
        Effect.sync(() => inFlight--)
      )
      yield* retries.takeOver(again, (count) => {
        inFlight -= count
      })
      open.remove(record)
    })

    return {
      run: subscription.deliveries.pipe(
        Stream.mapEffect(process, { concurrency: batchesAtOnce, unordered: true }),
        Stream.runDrain,
        Effect.andThen(retries.ended),
        Effect.raceFirst(retries.defect)
      ),
      stop: Effect.andThen(subscription.stop, retries.stop),
      attempt,
      release,
      inFlight: () => inFlight,
      retrying: retries.count,
      isFull: retries.isFull,
      giveUp: Effect.flatMap(retries.giveUp, (count) => {
        const left = inFlight + count
        inFlight = 0
        return metrics.released(stream, left)
      }),
      oldestMicros: open.oldest,
      lastOldestMicros: open.lastOldest
    }
  })

/** The gauges of a pipeline for metrics. */
export const gaugesOf =
  <A>(pipeline: Pipeline<A>, waiting: () => number): (() => StreamGauges) =>
  () => ({
    inFlight: pipeline.inFlight(),
    retrying: pipeline.retrying(),
    waiting: waiting()
  })

const always = () => true
const never = () => false

const bytesOf = (deliveries: ReadonlyArray<Delivery>): number =>
  deliveries.reduce((sum, delivery) => sum + delivery.bytes, 0)
