/** Tries dead letters again of which some have corrected data, in place of their own. */
import { Effect } from "effect"
import { type ReceivedDeadLetter, receivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { DeadLetterReason } from "../domain/Fate.ts"
import type { FactStore } from "../facts/FactStore.ts"
import type { Delivery } from "../pubsub/Message.ts"
import {
  makeRedriveAttempt,
  type RedriveAttempt,
  type RedriveAttemptOptions,
  storeErrorOf,
  type Verdict
} from "./RedriveAttempt.ts"

/** What becomes of a dead letter that is tried with its correction. */
export type CorrectedVerdict =
  | Verdict
  /** Its correction gets less far than the original: neither is applied, and it stays. */
  | { readonly _tag: "Refused" }

/** A dead letter that was tried with corrected data. */
export interface TriedCorrection {
  readonly letter: ReceivedDeadLetter
  /** What would become of the original. */
  readonly before: Verdict
  /** What would become of it with the corrected data. */
  readonly after: Verdict
  /** What became of it; in a dry run, what would. */
  readonly verdict: CorrectedVerdict
}

/** Where corrections come from, and who is told of them. */
export interface CorrectedAttemptOptions extends RedriveAttemptOptions {
  /** The bytes that replace the data of a dead letter; undefined where nobody has corrected it. */
  readonly correctedOf: (letter: ReceivedDeadLetter) => Uint8Array | undefined
  readonly onTried: (tried: TriedCorrection) => Effect.Effect<void>
}

/** Tries dead letters, those with corrected data as that. */
export interface CorrectedAttempt extends Pick<RedriveAttempt, "ledger"> {
  /** Tries each once, and answers in the same order; what does not go through stays held. */
  readonly attempt: (
    letters: ReadonlyArray<ReceivedDeadLetter>
  ) => Effect.Effect<ReadonlyArray<CorrectedVerdict>>
}

/**
 * Makes an attempt on dead letters and corrections. Two dry attempts, each on a table of its own that remembers writes,
 * say how far the originals would get and how far the corrections; then the attempt itself gets the corrected data of
 * those that get no less far, and everything that nobody has corrected. All of them are the attempt of a redrive.
 *
 * **Guarantee**: of a dead letter with a correction only the corrected data is applied, at the version of the original
 * message; the original is acknowledged once that is durable (G1), and stays where it is not.
 */
export const makeCorrectedAttempt = (
  options: CorrectedAttemptOptions
): Effect.Effect<CorrectedAttempt, never, FactStore> =>
  Effect.gen(function* () {
    const { correctedOf, isDry, onTried } = options
    const originals = new WeakMap<Delivery, Delivery>()
    const subscription = settlingOriginals(options.subscription, originals)
    const originalsTried = yield* makeRedriveAttempt({ ...options, subscription, isDry: true })
    const correctionsTried = yield* makeRedriveAttempt({ ...options, subscription, isDry: true })
    const { attempt, ledger } = yield* makeRedriveAttempt({ ...options, subscription, isDry })

    /** The letter with its correction in place of its data; the letter itself where there is none. */
    const replaced = (letter: ReceivedDeadLetter): ReceivedDeadLetter => {
      const data = correctedOf(letter)
      if (data === undefined) return letter
      const corrected = receivedDeadLetter({ ...letter.delivery, data })
      originals.set(corrected.delivery, letter.delivery)
      return corrected
    }

    const tryWithCorrections = Effect.fnUntraced(function* (
      letters: ReadonlyArray<ReceivedDeadLetter>,
      corrected: ReadonlyArray<ReceivedDeadLetter>
    ) {
      // All of them, as those beside a corrected one may be what it needs.
      const before = yield* originalsTried.attempt(letters)
      const after = yield* correctionsTried.attempt(corrected)
      const judged = letters.map((letter, index): CorrectedVerdict | undefined =>
        letter === corrected[index] ? undefined : refusalOf(before[index] ?? lost, after[index] ?? lost)
      )
      const tried = yield* attempt(corrected.filter((_, index) => judged[index] === undefined))
      let next = 0
      const verdicts = judged.map((refused) => refused ?? tried[next++] ?? lost)
      for (const [index, letter] of letters.entries()) {
        if (letter === corrected[index]) continue
        const verdict = verdicts[index] ?? lost
        yield* onTried({ letter, before: before[index] ?? lost, after: after[index] ?? lost, verdict })
      }
      return verdicts
    })

    return {
      ledger,
      attempt: (letters) => {
        const corrected = letters.map(replaced)
        return corrected.every((letter, index) => letter === letters[index])
          ? attempt(letters)
          : tryWithCorrections(letters, corrected)
      }
    }
  })

/** A correction is another delivery to the attempt, and the original to the server. */
const settlingOriginals = (
  subscription: RedriveAttemptOptions["subscription"],
  originals: WeakMap<Delivery, Delivery>
): RedriveAttemptOptions["subscription"] => {
  const originalOf = (delivery: Delivery): Delivery => originals.get(delivery) ?? delivery
  return {
    name: subscription.name,
    isHeld: (delivery) => subscription.isHeld(originalOf(delivery)),
    ack: (deliveries) => subscription.ack(deliveries.map(originalOf))
  }
}

/** Why a correction is not tried; undefined where it is. */
const refusalOf = (before: Verdict, after: Verdict): CorrectedVerdict | undefined => {
  const silent = [before, after].find((verdict) => storeErrorOf(verdict) !== undefined)
  if (silent !== undefined) return silent
  const reached = { before: reach(before), after: reach(after) }
  if (reached.before === undefined) return before
  if (reached.after === undefined) return after
  return reached.after < reached.before ? { _tag: "Refused" } : undefined
}

/** How far a message gets: unreadable, of another shape, too large, without its order, behind a newer one, into the table. */
const reach = (verdict: Verdict): number | undefined => {
  if (verdict._tag === "Through") return verdict.fate === "payment-superseded" ? 4 : 5
  return verdict._tag === "Stays" ? reachOf[verdict.reason] : undefined
}

const reachOf: Readonly<Record<DeadLetterReason, number>> = {
  undecodable: 0,
  "schema-violation": 1,
  "store-rejected": 2,
  "unmatched-payment": 3
}

const lost: Verdict = { _tag: "Lost" }
