/** Runs one subscription: batches through a bounded number of slots, retries and dead letters beside them. */
import { Clock, Effect, FiberSet, type Result, type Scope, Stream } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import type { BatchAttempt, Unsettled } from "./BatchAttempt.ts"
import { makeDeadLetterQueue } from "./DeadLetterQueue.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"
import { batchesAtOnce, publishingMax } from "./Limits.ts"
import { releaseFrom } from "./Release.ts"
import { makeRetryQueue } from "./RetryQueue.ts"
import type { StreamLedger } from "./StreamLedger.ts"

/** What a pipeline is made of. */
export interface PipelineOptions<A, E, F extends string, R extends string> {
  readonly subscription: Subscription
  /** Called once a delivery; one subscription may carry messages of several kinds. */
  readonly decode: (delivery: Delivery) => Result.Result<A, E>
  readonly attempt: BatchAttempt<A, E, F, R>
  /** The one that `attempt` was made with. */
  readonly ledger: StreamLedger<F>
  /** Deliveries in backoff before intake pauses. */
  readonly maxRetrying: number
  /**
   * Takes over a delivery that waits, suspending while there is no room; false once it takes none any more.
   * Left out: nothing may wait.
   */
  readonly admit?: (delivery: DecodedDelivery<A, E>, from: LedgerEntry<F>) => Effect.Effect<boolean>
  /** Whether a delivery in backoff is to be given back, and not tried again. Left out: none. */
  readonly mustGiveBack?: (delivery: DecodedDelivery<A, E>) => boolean
  /** From receipt to durable effect. **Units**: milliseconds. */
  readonly onDurable: (millis: number, deliveries: number) => void
}

/** A pipeline that can be run once. */
export interface Pipeline {
  /**
   * Ends after `stop`, when everything in flight has its fate and what was in backoff is released.
   *
   * **Errors**: `PubSubError`: the subscription is missing or access to it denied.
   */
  readonly run: Effect.Effect<void, PubSubError>
  /** Stops intake and ends all backoff; what is in backoff is released. */
  readonly stop: Effect.Effect<void>
  /** What intake waits for; undefined while it does not. */
  readonly blockedBy: () => "retries" | "dead letters" | undefined
  /** How many of the slots are taken. **Units**: a share, 0 to 1. */
  readonly slotShare: () => number
  /** Once `run` is interrupted: ends what runs beside it. Closing the subscription releases what is left. */
  readonly abandon: Effect.Effect<void>
}

/** Makes the pipeline of one subscription. */
export const makePipeline = <A, E, F extends string, R extends string>(
  options: PipelineOptions<A, E, F, R>
): Effect.Effect<Pipeline, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { attempt, ledger, subscription } = options
    const clock = yield* Clock.Clock
    const fibers = yield* FiberSet.make<void, never>()
    const isWaitingAllowed = options.admit !== undefined
    let busySlots = 0
    const mayWait = () => isWaitingAllowed

    // Deliveries that are tried together were received together.
    const onDurable = (tried: ReadonlyArray<DecodedDelivery<A, E>>) => {
      const receivedAtMillis = tried[0]?.receivedAtMillis ?? 0
      return (_: F, durable: ReadonlyArray<Delivery>) =>
        options.onDurable(monotonicMillis(clock) - receivedAtMillis, durable.length)
    }
    const release = (deliveries: ReadonlyArray<DecodedDelivery<A, E>>, from: LedgerEntry<F>) =>
      releaseFrom(subscription, deliveries, from)

    const admit = Effect.fnUntraced(function* (
      deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
      from: LedgerEntry<F>
    ) {
      const refused: Array<DecodedDelivery<A, E>> = []
      for (const delivery of deliveries) {
        const isAdmitted = options.admit !== undefined && (yield* options.admit(delivery, from))
        if (!isAdmitted) refused.push(delivery)
      }
      yield* release(refused, from)
    })

    const retries = yield* makeRetryQueue<A, E, F, R>({
      maxRetrying: options.maxRetrying,
      ledger,
      attempt,
      fibers,
      mayWait,
      mustGiveBack: options.mustGiveBack ?? (() => false),
      onDurable,
      release,
      admit
    })
    const deadLetters = yield* makeDeadLetterQueue<A, E, F, R>({
      maxPublishing: publishingMax,
      ledger,
      attempt,
      fibers,
      onDurable,
      retry: retries.enqueue
    })

    /** Each kind separately: none waits until there is room for another kind. */
    const putOff = (unsettled: Unsettled<A, E, R>, from: LedgerEntry<F>) =>
      Effect.suspend(() => {
        const { retry, wait, leave } = unsettled
        const letters = unsettled.deadLetters.map(({ decoded }) => decoded)
        from.keepOnly([...retry, ...wait, ...leave, ...letters])
        const parts: Array<Effect.Effect<void>> = []
        if (retry.length > 0) parts.push(retries.enqueue(retry, from))
        if (letters.length > 0) parts.push(deadLetters.enqueue(unsettled.deadLetters, from))
        if (leave.length > 0) parts.push(release(leave, from))
        if (wait.length > 0) parts.push(admit(wait, from))
        return Effect.all(parts, { concurrency: "unbounded", discard: true })
      })

    const process = Effect.fnUntraced(function* (deliveries: ReadonlyArray<Delivery>) {
      const receivedAtMillis = monotonicMillis(clock)
      const batch = deliveries.map(
        (delivery): DecodedDelivery<A, E> => ({
          delivery,
          decoded: options.decode(delivery),
          receivedAtMillis
        })
      )
      const entry = ledger.received(batch)
      const unsettled = yield* attempt.settle({
        deliveries: batch,
        entry,
        mayWait,
        isFirstTry: true,
        onDurable: onDurable(batch)
      })
      if (entry.count > 0) yield* putOff(unsettled, entry)
      entry.close()
    })

    const inSlot = (deliveries: ReadonlyArray<Delivery>) =>
      Effect.suspend(() => {
        busySlots += 1
        return process(deliveries)
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            busySlots -= 1
          })
        )
      )

    return {
      run: subscription.deliveries.pipe(
        Stream.mapEffect(inSlot, { concurrency: batchesAtOnce, unordered: true }),
        Stream.runDrain,
        Effect.andThen(FiberSet.awaitEmpty(fibers)),
        // Ends only with a defect of what runs beside the slots.
        Effect.raceFirst(FiberSet.join(fibers))
      ),
      stop: Effect.andThen(subscription.stop, retries.stop),
      blockedBy: () => (retries.isFull() ? "retries" : deadLetters.isFull() ? "dead letters" : undefined),
      slotShare: () => busySlots / batchesAtOnce,
      abandon: FiberSet.clear(fibers)
    }
  })
