/** Tries dead letters again, with the attempt of `run`; or says what would become of them. */
import { Clock, Deferred, Duration, Effect, Option } from "effect"
import { originalPublishTimeMicros, type ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import {
  type DeadLetterReason,
  deadLetterFate,
  type Fate,
  fates,
  type HandlingFailure
} from "../domain/Fate.ts"
import { FactStore } from "../facts/FactStore.ts"
import { type BatchAttempt, makeBatchAttempt } from "../pipeline/BatchAttempt.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import { makeStreamLedger, type StreamLedger } from "../pipeline/StreamLedger.ts"
import type { Delivery } from "../pubsub/Message.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { tracedAttempt } from "../telemetry/TracedAttempt.ts"
import { retryDelay } from "../time/Backoff.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { type CarriedMessage, carriedBy, type SourceSubscriptions, sourceOf } from "./DeadLetterMessages.ts"
import { dryFactStore } from "./DryFactStore.ts"
import { dispose } from "./HandlingDisposition.ts"
import type { OrderLock } from "./OrderLock.ts"
import { makeRedriveHandler } from "./RedriveHandler.ts"

/** What becomes of a dead letter that is tried now. */
export type Verdict =
  /** Its effect is durable, and it is acknowledged; in a dry run, it would be. */
  | { readonly _tag: "Through"; readonly fate: Fate }
  /** `run` would give it up again, for this reason: it stays where it is. */
  | {
      readonly _tag: "Stays"
      readonly reason: DeadLetterReason
      readonly path: string | undefined
      readonly error: string
    }
  /** It stays, and nothing is known: the fact table does not answer, or (`isOwn`) refuses this row so far. */
  | { readonly _tag: "Unknown"; readonly error: string; readonly isOwn: boolean }
  /** It was given up on a subscription of another deployment: it is left alone. */
  | { readonly _tag: "Foreign"; readonly subscription: string }
  /** Its lease was lost before it was tried: it comes again. */
  | { readonly _tag: "Lost" }

/** Why the fact table did not answer, where that is why nothing is known. */
export const storeErrorOf = (verdict: Verdict | { readonly _tag: "Refused" }): string | undefined =>
  verdict._tag === "Unknown" && !verdict.isOwn ? verdict.error : undefined

/** How dead letters are tried. */
export interface RedriveAttemptOptions {
  /** The open dead-letter subscription. */
  readonly subscription: Pick<Subscription, "name" | "ack" | "isHeld">
  readonly sources: SourceSubscriptions
  /** **Units**: bytes. */
  readonly maxRowBytes: number
  /** Without effects: nothing is written, and nothing acknowledged. */
  readonly isDry: boolean
  /** Whether those of other deployments are tried too, as what their bytes are. */
  readonly includesForeign: boolean
  /** For how long a table that does not answer is asked again. **Units**: milliseconds. */
  readonly patienceMillis: number
  /** Those of `run`, where it runs in the same process. */
  readonly locks?: OrderLock
  /** Once it is done, a table that does not answer is not asked again. */
  readonly stopping?: Deferred.Deferred<void>
}

/** Tries dead letters. */
export interface RedriveAttempt {
  /** Tries each once, and answers in the same order; what does not go through stays held. */
  readonly attempt: (letters: ReadonlyArray<ReceivedDeadLetter>) => Effect.Effect<ReadonlyArray<Verdict>>
  /** What became of all so far; those that stay are counted as released. */
  readonly ledger: Pick<StreamLedger<Fate>, "totals" | "oldestMicros">
}

/**
 * Makes the one function that list, dry run and redrive share: the attempt of `run`, on the handlers of `run`, with
 * the version of the original message, without grace, and without a publisher: what `run` would publish as a dead
 * letter stays where it is.
 *
 * **Guarantee**: acknowledges only what is durable (G1), at a version that no redrive makes newer (G2).
 */
export const makeRedriveAttempt = (
  options: RedriveAttemptOptions
): Effect.Effect<RedriveAttempt, never, FactStore> =>
  Effect.gen(function* () {
    const { isDry, sources, subscription } = options
    const store = yield* FactStore
    const clock = yield* Clock.Clock
    const handle = yield* makeRedriveHandler(options).pipe(
      Effect.provideService(FactStore, isDry ? dryFactStore(store) : store)
    )
    const ledger = makeStreamLedger(fates)
    const untraced: Attempt = makeBatchAttempt({
      subscription: isDry ? acknowledgingNothing(subscription) : subscription,
      ledger,
      handle,
      dispose,
      deadLetters: publishingNothing,
      deadLetterFate,
      publishTimeMicros: originalPublishTimeMicros,
      reports: noReports
    })
    const traced = tracedAttempt(untraced, { subscription: subscription.name, operation: "redrive" })
    const batchAttempt = isDry ? untraced : yield* traced

    /** Those of this deployment, decoded; what is to be said of the others is said at once. */
    const taken = (letters: ReadonlyArray<ReceivedDeadLetter>, verdicts: Map<Delivery, Verdict>) => {
      const receivedAtMillis = monotonicMillis(clock)
      return letters.flatMap((letter): ReadonlyArray<Decoded> => {
        const { delivery } = letter
        const source = sourceOf(letter, sources)
        if (source !== "foreign" || options.includesForeign)
          return [{ delivery, decoded: carriedBy(letter, source), receivedAtMillis }]
        verdicts.set(delivery, { _tag: "Foreign", subscription: letter.subscription ?? "" })
        return []
      })
    }

    return {
      attempt: Effect.fnUntraced(function* (letters) {
        const verdicts = new Map<Delivery, Verdict>()
        const batch = taken(letters, verdicts)
        const entry = ledger.received(batch)
        const givesUpAt = monotonicMillis(clock) + options.patienceMillis
        let rest: ReadonlyArray<Decoded> = batch
        for (let failures = 0; rest.length > 0; ) {
          const unsettled = yield* batchAttempt.settle({
            deliveries: rest,
            entry,
            mayWait: () => false,
            isFirstTry: failures === 0,
            onDurable: (fate, durable) => {
              for (const delivery of durable) verdicts.set(delivery, { _tag: "Through", fate })
            }
          })
          for (const { decoded, letter } of unsettled.deadLetters) {
            const { error, path, reason } = letter
            verdicts.set(decoded.delivery, { _tag: "Stays", reason, path, error })
          }
          rest = unsettled.retry
          // Whatever neither went through nor is to be tried again stays, and is not this entry's any more.
          const stays = unsettled.deadLetters.map(({ decoded }) => decoded)
          entry.released([...stays, ...unsettled.leave, ...unsettled.wait])
          if (rest.length === 0) break
          const delay = yield* retryDelay(++failures)
          const isOver = monotonicMillis(clock) + Duration.toMillis(delay) > givesUpAt
          if (isOver || (yield* sleepsUnlessStopped(delay, options.stopping))) {
            // Whether a row can never be stored takes longer to be certain of than a redrive waits.
            const isOwn = !unsettled.mayBeOfOne
            const unknown: Verdict = { _tag: "Unknown", error: unsettled.storeError?.message ?? "", isOwn }
            for (const { delivery } of rest) verdicts.set(delivery, unknown)
            entry.released(rest)
            break
          }
        }
        entry.close()
        return letters.map(({ delivery }) => verdicts.get(delivery) ?? lost)
      }),
      ledger
    }
  })

type Decoded = DecodedDelivery<CarriedMessage, HandlingFailure>
type Attempt = BatchAttempt<CarriedMessage, HandlingFailure, Fate, DeadLetterReason>

/** Answers whether a stop ended the sleep. */
const sleepsUnlessStopped = (delay: Duration.Duration, stopping?: Deferred.Deferred<void>) =>
  stopping === undefined
    ? Effect.as(Effect.sleep(delay), false)
    : Effect.map(Effect.timeoutOption(Deferred.await(stopping), delay), Option.isSome)

const lost: Verdict = { _tag: "Lost" }

/** A dry run's: what it would acknowledge stays held. */
const acknowledgingNothing = (
  subscription: RedriveAttemptOptions["subscription"]
): RedriveAttemptOptions["subscription"] => ({
  ...subscription,
  isHeld: (delivery) => subscription.isHeld(delivery),
  ack: (deliveries) => Effect.succeed({ done: deliveries.length, lost: [] })
})

/** A redrive that published a dead letter would make one of a dead letter, for ever. */
const publishingNothing = {
  publish: () => Effect.die(new Error("a redrive publishes nothing"))
}

const noReports = {
  storeAnswered: () => {},
  storeFailed: () => {},
  deadLettersConfirmed: () => {},
  deadLettersFailed: () => {}
}
