/** Dead letters on their way to the topic, beside the slots of their pipeline: a slow topic delays no neighbour (G3). */
import { Effect, FiberSet, Semaphore } from "effect"
import { copyOutOfResponse } from "../pubsub/Message.ts"
import type { Batch, BatchAttempt, Unpublished } from "./BatchAttempt.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"
import type { StreamLedger } from "./StreamLedger.ts"

/** What the queue needs of its pipeline. */
export interface DeadLetterQueueOptions<A, E, F extends string, R extends string> {
  /** Deliveries whose dead letters are published at once; more have to wait. */
  readonly maxPublishing: number
  readonly ledger: StreamLedger<F>
  readonly attempt: BatchAttempt<A, E, F, R>
  /** Where the publishing runs. Its owner notices defects, and interrupts it. */
  readonly fibers: FiberSet.FiberSet<void>
  readonly onDurable: (tried: ReadonlyArray<DecodedDelivery<A, E>>) => Batch<A, E, F>["onDurable"]
  /** Takes over what was not published. */
  readonly retry: (
    deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
    from: LedgerEntry<F>
  ) => Effect.Effect<void>
}

/** Dead letters on their way to the topic. */
export interface DeadLetterQueue<A, E, F extends string, R extends string> {
  /** Takes dead letters over, suspending until there are places for them. */
  readonly enqueue: (
    letters: ReadonlyArray<Unpublished<A, E, R>>,
    from: LedgerEntry<F>
  ) => Effect.Effect<void>
  /** Whether dead letters wait for a place. */
  readonly isFull: () => boolean
}

/** Why a delivery is tried again whose dead letter could not be published. */
export const notPublished = "its dead letter could not be published"

/** Makes the queue of one pipeline. */
export const makeDeadLetterQueue = <A, E, F extends string, R extends string>(
  options: DeadLetterQueueOptions<A, E, F, R>
): Effect.Effect<DeadLetterQueue<A, E, F, R>> =>
  Effect.gen(function* () {
    const { attempt, ledger, maxPublishing } = options
    const places = yield* Semaphore.make(maxPublishing)
    let blocked = 0

    const publish = Effect.fnUntraced(function* (
      letters: ReadonlyArray<Unpublished<A, E, R>>,
      entry: LedgerEntry<F>
    ) {
      const onDurable = options.onDurable(letters.map(({ decoded }) => decoded))
      const unpublished = yield* attempt.deadLetter(letters, { entry, onDurable })
      // The places are kept until the retry queue has room, so that a limit always applies.
      if (unpublished.length > 0) {
        entry.lastError = notPublished
        yield* options.retry(unpublished, entry)
      }
      yield* places.release(letters.length)
      entry.close()
    })

    const take = (letters: number) =>
      Effect.suspend(() => {
        blocked++
        return places.take(letters)
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            blocked--
          })
        )
      )

    return {
      enqueue: Effect.fnUntraced(function* (letters, from) {
        for (let start = 0; start < letters.length; start += maxPublishing) {
          const group = letters.slice(start, start + maxPublishing)
          yield* take(group.length)
          copyOutOfResponse(group.map(({ letter }) => letter.delivery))
          const entry = ledger.open("inFlight")
          from.moveTo(
            entry,
            group.map(({ decoded }) => decoded)
          )
          // supervised: the owner of `fibers` joins them
          yield* FiberSet.run(options.fibers, publish(group, entry))
        }
      }),
      isFull: () => blocked > 0
    }
  })
