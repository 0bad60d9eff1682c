/** Runs one subscription: batches through a bounded number of slots, retries beside them, nothing unbounded. */
import { Clock, Deferred, Effect, FiberSet, type Result, type Scope, Semaphore, Stream } from "effect"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { SchemaViolation, Undecodable } from "../domain/Fate.ts"
import type { Health } from "../observe/Health.ts"
import { Metrics, type StreamGauges, type StreamName } from "../observe/Metrics.ts"
import type { Delivery } from "../pubsub/Message.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { OpenSubscription } from "../pubsub/Subscription.ts"
import { type Attempt, makeAttempt } from "./Attempt.ts"
import { batchesAtOnce } from "./Limits.ts"
import { makeOpenWorks, type OpenWork } from "./OpenWork.ts"
import { retryDelay } from "./RetryPolicy.ts"
import type { Handle, Work } from "./Work.ts"

/** What a pipeline is made of. */
export interface PipelineOptions<A> {
  readonly stream: StreamName
  readonly subscription: OpenSubscription
  readonly decode: (data: Uint8Array) => Result.Result<A, Undecodable | SchemaViolation>
  readonly handle: Handle<A>
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
): Effect.Effect<Pipeline<A>, never, DeadLetters | Metrics | Health | Scope.Scope> =>
  Effect.gen(function* () {
    const { stream, subscription } = options
    const metrics = yield* Metrics
    const attempt = yield* makeAttempt<A>(options)
    const places = yield* Semaphore.make(options.maxRetrying)
    const retries = yield* FiberSet.make<void, never>()
    const stopping = yield* Deferred.make<void>()
    const open = makeOpenWorks()
    const mayWait = options.admit === undefined ? never : always
    let inFlight = 0
    let retrying = 0
    let blocked = 0

    const release = Effect.fnUntraced(function* (works: ReadonlyArray<Work<A>>) {
      if (works.length === 0) return
      // Counted first: interrupted while the server is silent, it comes back all the same.
      yield* metrics.released(stream, works.length)
      yield* subscription.release(works.map(({ delivery }) => delivery))
    })

    /** Runs `effect` unless the pipeline stops first; answers whether it ran to its end. */
    const unlessStopping = (effect: Effect.Effect<void>): Effect.Effect<boolean> =>
      Effect.raceFirst(Effect.as(effect, true), Effect.as(Deferred.await(stopping), false))

    /** Lets works wait one by one, telling each time that one has left; those turned away are released. */
    const hand = (works: ReadonlyArray<Work<A>>, left: () => Effect.Effect<unknown>): Effect.Effect<void> =>
      Effect.forEach(
        works,
        Effect.fnUntraced(function* (work) {
          const admitted = options.admit !== undefined && (yield* options.admit(work))
          yield* left()
          if (!admitted) yield* release([work])
        }),
        { discard: true }
      )

    /**
     * Tries a group until each of its deliveries has a fate; each gives its place back as it gets one.
     *
     * A group of which the table has stored nothing again goes on in two halves: a time-out of one row is one of its
     * whole batch, and a row that cannot be stored for minutes would hold up those beside it for as long.
     */
    const retryGroup = Effect.fnUntraced(function* (
      group: ReadonlyArray<Work<A>>,
      record: OpenWork,
      failuresBefore: number
    ): Effect.fn.Return<void> {
      let rest = group
      const leave = (count: number) =>
        Effect.suspend(() => {
          retrying -= count
          return places.release(count)
        })
      for (let failures = failuresBefore; rest.length > 0; failures++) {
        const delay = yield* retryDelay(failures)
        if (!(yield* unlessStopping(Effect.sleep(delay)))) {
          yield* leave(rest.length)
          yield* release(rest)
          break
        }
        const { again, unmatched, storeTrouble } = yield* attempt(rest, mayWait)
        yield* leave(rest.length - again.length - unmatched.length)
        yield* hand(unmatched, () => leave(1))
        const isWhole = again.length === rest.length && storeTrouble !== undefined
        const kept = isWhole ? Math.ceil(again.length / 2) : again.length
        const apart = again.slice(kept)
        rest = again.slice(0, kept)
        if (apart.length > 0) {
          // supervised: as the group itself is
          yield* FiberSet.run(retries, retryGroup(apart, open.add(apart), failures + 1))
        }
        open.narrow(record, rest)
      }
      open.remove(record)
    })

    const retryLater = Effect.fnUntraced(function* (works: ReadonlyArray<Work<A>>) {
      for (let start = 0; start < works.length; start += options.maxRetrying) {
        const group = works.slice(start, start + options.maxRetrying)
        blocked++
        const seated = yield* unlessStopping(Effect.asVoid(places.take(group.length)))
        blocked--
        inFlight -= group.length
        if (!seated) {
          yield* release(group)
          continue
        }
        retrying += group.length
        const record = open.add(group)
        // supervised: `run` joins the set, so that a defect of a retry ends the pipeline
        yield* FiberSet.run(retries, retryGroup(group, record, 1))
      }
    })

    const process = Effect.fnUntraced(function* (deliveries: ReadonlyArray<Delivery>) {
      const receivedAtMillis = yield* Clock.currentTimeMillis
      const works = deliveries.map(
        (delivery): Work<A> => ({ delivery, decoded: options.decode(delivery.data), receivedAtMillis })
      )
      const record = open.add(works)
      inFlight += works.length
      yield* metrics.received(stream, works.length, bytesOf(deliveries))
      const { again, unmatched } = yield* attempt(works, mayWait)
      inFlight -= works.length - again.length - unmatched.length
      yield* hand(unmatched, () => Effect.sync(() => inFlight--))
      yield* retryLater(again)
      open.remove(record)
    })

    return {
      run: subscription.deliveries.pipe(
        Stream.mapEffect(process, { concurrency: batchesAtOnce, unordered: true }),
        Stream.runDrain,
        Effect.andThen(FiberSet.awaitEmpty(retries)),
        Effect.raceFirst(FiberSet.join(retries))
      ),
      stop: Effect.andThen(subscription.stop, Deferred.succeed(stopping, undefined)).pipe(Effect.asVoid),
      attempt,
      release,
      inFlight: () => inFlight,
      retrying: () => retrying,
      isFull: () => blocked > 0,
      giveUp: FiberSet.clear(retries).pipe(
        Effect.andThen(
          Effect.suspend(() => {
            const left = inFlight + retrying
            inFlight = 0
            retrying = 0
            return metrics.released(stream, left)
          })
        )
      ),
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
  deliveries.reduce((sum, delivery) => sum + delivery.data.length, 0)
