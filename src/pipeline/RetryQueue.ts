/** Deliveries in backoff, beside the slots of their pipeline: bounded, and ended at once by a stop. */
import { Clock, Deferred, Effect, FiberSet, Semaphore } from "effect"
import { copyOutOfResponse } from "../pubsub/Message.ts"
import { retryDelay } from "../time/Backoff.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import type { Batch, BatchAttempt, Unpublished } from "./BatchAttempt.ts"
import { notPublished } from "./DeadLetterQueue.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import { makeGroupSplit, type SuccessesSeen } from "./GroupSplit.ts"
import type { LedgerEntry, Place } from "./LedgerEntry.ts"
import type { StreamLedger } from "./StreamLedger.ts"

/** What retries need of their pipeline. */
export interface RetryQueueOptions<A, E, F extends string, R extends string> {
  /** Deliveries in backoff before the pipeline has to wait for a place. */
  readonly maxRetrying: number
  readonly ledger: StreamLedger<F>
  readonly attempt: BatchAttempt<A, E, F, R>
  /** Where retries run. Its owner notices defects, and interrupts them. */
  readonly fibers: FiberSet.FiberSet<void>
  readonly mayWait: (delivery: DecodedDelivery<A, E>) => boolean
  /** Whether a delivery is to be given back, and not tried again. */
  readonly mustGiveBack: (delivery: DecodedDelivery<A, E>) => boolean
  readonly onDurable: (tried: ReadonlyArray<DecodedDelivery<A, E>>) => Batch<A, E, F>["onDurable"]
  readonly release: (
    deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
    from: LedgerEntry<F>
  ) => Effect.Effect<void>
  /** Lets deliveries wait, one by one, suspending while there is no room; releases those that may not. */
  readonly admit: (
    deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
    from: LedgerEntry<F>
  ) => Effect.Effect<void>
}

/** Deliveries in backoff. */
export interface RetryQueue<A, E, F extends string> {
  /** Takes deliveries over, suspending until there are places for them; releases them where a stop comes first. */
  readonly enqueue: (
    deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
    from: LedgerEntry<F>
  ) => Effect.Effect<void>
  /** Ends all backoff; what is in backoff is released. */
  readonly stop: Effect.Effect<void>
  /** Whether deliveries wait for a place. */
  readonly isFull: () => boolean
}

/** Makes the retries of one pipeline. */
export const makeRetryQueue = <A, E, F extends string, R extends string>(
  options: RetryQueueOptions<A, E, F, R>
): Effect.Effect<RetryQueue<A, E, F>> =>
  Effect.gen(function* () {
    const { attempt, fibers, ledger, maxRetrying } = options
    const places = yield* Semaphore.make(maxRetrying)
    const stopping = yield* Deferred.make<void>()
    const clock = yield* Clock.Clock
    const groups = makeGroupSplit<A, E, F, R>(attempt, () => monotonicMillis(clock))
    let blocked = 0

    /** Runs `effect` unless a stop comes first; returns whether it ran to its end. */
    const unlessStopping = (effect: Effect.Effect<unknown>): Effect.Effect<boolean> =>
      Effect.raceFirst(Effect.as(effect, true), Effect.as(Deferred.await(stopping), false))

    /** Gives deliveries an entry and a fiber of their own. */
    const apart = (
      place: Place,
      deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
      from: LedgerEntry<F>,
      work: (entry: LedgerEntry<F>) => Effect.Effect<void>
    ): Effect.Effect<unknown> => {
      if (deliveries.length === 0) return Effect.void
      const entry = ledger.open(place)
      from.moveTo(entry, deliveries)
      // supervised: the owner of `fibers` joins them
      return FiberSet.run(fibers, work(entry))
    }

    /** Tries a group until each of its deliveries has left it; each gives its place back as it gets its fate. */
    const retryGroup = Effect.fnUntraced(function* (
      group: ReadonlyArray<DecodedDelivery<A, E>>,
      entry: LedgerEntry<F>,
      failuresBefore: number,
      seenBefore: SuccessesSeen
    ): Effect.fn.Return<void> {
      let rest = group
      let seen = seenBefore
      for (let failures = failuresBefore; rest.length > 0; failures++) {
        const delay = yield* retryDelay(failures)
        if (!(yield* unlessStopping(Effect.sleep(delay)))) {
          yield* places.release(rest.length)
          yield* options.release(rest, entry)
          break
        }
        entry.failures = failures
        const stale = new Set(rest.filter(options.mustGiveBack))
        if (stale.size > 0) {
          rest = rest.filter((delivery) => !stale.has(delivery))
          yield* places.release(stale.size)
          yield* options.release([...stale], entry)
          if (rest.length === 0) break
          entry.keepOnly(rest)
        }
        const onDurable = options.onDurable(rest)
        const batch = { deliveries: rest, entry, mayWait: options.mayWait, isFirstTry: false, onDurable }
        const { deadLetters, first, leave, second, wait } = yield* groups.settle(batch, seen, failures)
        seen = groups.seenNext(seen)
        yield* places.release(rest.length - first.length - second.length - deadLetters.length)
        yield* options.release(leave, entry)
        // Deliveries to be retried wait neither for a full waiting room nor for a slow dead-letter topic.
        const letters = deadLetters.map(({ decoded }) => decoded)
        yield* apart("retrying", letters, entry, (own) => publishGroup(deadLetters, own, failures + 1))
        yield* apart("inFlight", wait, entry, (own) => admitGroup(wait, own))
        yield* apart("retrying", second, entry, (own) => retryGroup(second, own, failures + 1, seen))
        if (first.length > 0) entry.keepOnly(first)
        rest = first
      }
      entry.close()
    })

    const publishGroup = Effect.fnUntraced(function* (
      letters: ReadonlyArray<Unpublished<A, E, R>>,
      entry: LedgerEntry<F>,
      failures: number
    ) {
      const onDurable = options.onDurable(letters.map(({ decoded }) => decoded))
      const unpublished = yield* attempt.deadLetter(letters, { entry, onDurable })
      entry.lastError = notPublished
      yield* places.release(letters.length - unpublished.length)
      yield* retryGroup(unpublished, entry, failures, groups.seen())
    })

    const admitGroup = (deliveries: ReadonlyArray<DecodedDelivery<A, E>>, entry: LedgerEntry<F>) =>
      Effect.andThen(
        options.admit(deliveries, entry),
        Effect.sync(() => entry.close())
      )

    /** Takes a place, and about as many more as are free; answers how many, 0 where a stop comes first. */
    const take = Effect.fnUntraced(function* (atMost: number) {
      blocked++
      const isTaken = yield* unlessStopping(places.take(1)).pipe(
        Effect.onInterrupt(() => Effect.sync(() => blocked--))
      )
      blocked--
      if (!isTaken) return 0
      let taken = 1
      // Whoever waits for all places at once waits for as long as a single delivery stays in backoff.
      for (let more = atMost - 1; more > 0; more = Math.min(more >> 1, atMost - taken)) {
        if (yield* places.takeIfAvailable(more)) taken += more
      }
      return taken
    })

    return {
      enqueue: Effect.fnUntraced(function* (deliveries, from) {
        copyOutOfResponse(deliveries.map(({ delivery }) => delivery))
        let rest = deliveries
        while (rest.length > 0) {
          const taken = yield* take(rest.length)
          if (taken === 0) return yield* options.release(rest, from)
          const group = rest.slice(0, taken)
          rest = rest.slice(taken)
          yield* apart("retrying", group, from, (entry) => retryGroup(group, entry, 1, groups.seen()))
        }
      }),
      stop: Effect.asVoid(Deferred.succeed(stopping, undefined)),
      isFull: () => blocked > 0
    }
  })
