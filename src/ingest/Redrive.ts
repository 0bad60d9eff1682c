/** Tries the dead letters of a subscription again: the same pipeline as `run`, over another source. */
import { Deferred, Duration, Effect, Fiber, type Scope } from "effect"
import type { DeadLetterFileIndex } from "../deadletters/DeadLetterFileIndex.ts"
import { type LookLimits, type LookTotals, openDeadLetters } from "../deadletters/DeadLetterReader.ts"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { DeadLetterReason, Fate } from "../domain/Fate.ts"
import type { FactStore } from "../facts/FactStore.ts"
import type { StreamLedger } from "../pipeline/StreamLedger.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import {
  type CorrectedAttempt,
  type CorrectedVerdict,
  makeCorrectedAttempt,
  type TriedCorrection
} from "./CorrectedAttempt.ts"
import { type DeadLetterFilter, isMeant } from "./DeadLetterFilter.ts"
import { sourceOf } from "./DeadLetterMessages.ts"
import { makeRedriveAttempt, type RedriveAttemptOptions, storeErrorOf } from "./RedriveAttempt.ts"
import { makeRedrivePace, type RedrivePaceOptions } from "./RedrivePace.ts"

/** What is redriven, and how. */
export interface RedriveOptions extends Omit<RedriveAttemptOptions, "subscription" | "stopping"> {
  /** The dead-letter subscription, in short or in full. */
  readonly subscription: string
  readonly filter: DeadLetterFilter
  readonly pace: RedrivePaceOptions
  /** How much it takes on; left out: as much as a command. */
  readonly limits?: LookLimits
  /** How long an interruption may wait for the batch it is at; left out: as long as that takes. */
  readonly stopWithin?: Duration.Duration
  /** Redrives those of a file only, with the corrections in it; left out: all. */
  readonly from?: RedriveFile | undefined
}

/** A file whose dead letters are redriven, with the corrections in it. */
export interface RedriveFile {
  readonly index: DeadLetterFileIndex
  /** Called with what came of each that has a correction. */
  readonly onTried: (tried: TriedCorrection) => Effect.Effect<void>
}

/** What came of a redrive, so far. */
export interface RedriveTally {
  readonly read: LookTotals
  /** Read, and not meant by the filter. */
  readonly notMeant: number
  /** Read, and not tried: the redrive was over, or was stopped. */
  readonly notTried: number
  /** Of other deployments: left alone. */
  readonly foreign: number
  /** Not in the file that is redriven: left alone. */
  readonly notInFile: number
  /** The file has other data or attributes under their ids: left alone. */
  readonly differing: number
  /** = the sum of `through` and `stays`, with `refused`, `unknown` and `lost`. */
  readonly tried: number
  readonly through: Readonly<Partial<Record<Fate, number>>>
  readonly stays: Readonly<Partial<Record<DeadLetterReason, number>>>
  /** Their corrections get less far than they do themselves: left as they are. */
  readonly refused: number
  /** The fact table did not answer about them. */
  readonly unknown: number
  /** Their leases were lost before they were tried; they come again. */
  readonly lost: number
  /** Went through, and their acknowledgement was not confirmed: they may come again, which changes nothing. */
  readonly unconfirmed: number
  readonly endedBy: "end" | "limit" | "failures" | "full" | "stopped" | "store" | undefined
  /** Why the table did not answer; empty where it did. */
  readonly storeError: string
}

/** A redrive that can be run once. */
export interface Redrive {
  /**
   * Runs to its end. Interrupting it ends it after the batch it is at, which it finishes (G8).
   *
   * **Errors**: `PubSubError`: the subscription is missing, access denied, or Pub/Sub does not answer.
   */
  readonly run: Effect.Effect<void, PubSubError>
  readonly tally: () => RedriveTally
  /** Accounts for the dead letters that were tried. */
  readonly ledger: Pick<StreamLedger<Fate>, "totals" | "oldestMicros">
}

/**
 * Opens the dead-letter subscription for the life of the scope, and makes the redrive.
 *
 * **Guarantee**: what goes through is acknowledged once it is durable (G1); what does not stays, and nothing is
 * published, so that it can neither loop nor reach another subscriber. Two at once are harmless (G2).
 */
export const makeRedrive = (
  options: RedriveOptions
): Effect.Effect<Redrive, never, Subscriber | FactStore | Scope.Scope> =>
  Effect.gen(function* () {
    const reader = yield* openDeadLetters(options.subscription, options.limits)
    const { subscription } = reader
    const pace = yield* makeRedrivePace(options.pace)
    const stopping = yield* Deferred.make<void>()
    const { attempt, ledger } = yield* makeAttempt({ ...options, subscription, stopping }, options.from)
    const counts = noCounts()

    const visit = Effect.fnUntraced(function* (letters: ReadonlyArray<ReceivedDeadLetter>) {
      const meant = meantOf(letters, options, counts)
      let rest: ReadonlyArray<ReceivedDeadLetter> = options.includesForeign
        ? meant
        : meant.filter((letter) => sourceOf(letter, options.sources) !== "foreign")
      counts.foreign += meant.length - rest.length
      while (rest.length > 0 && counts.endedBy === undefined) {
        // A stop is looked at first: where the table is slower than the rate, nothing has to wait to be admitted.
        const admitted = (yield* Deferred.isDone(stopping))
          ? 0
          : yield* Effect.raceFirst(pace.admit(rest.length), Effect.as(Deferred.await(stopping), 0))
        if (admitted === 0) {
          counts.endedBy = pace.stoppedBy() ?? "stopped"
          break
        }
        const verdicts = yield* attempt(rest.slice(0, admitted))
        rest = rest.slice(admitted)
        const failed = countVerdicts(counts, verdicts)
        pace.tried(admitted, failed)
        // Asking a table that does not answer about every letter would take its time-out for each batch.
        if (verdicts.some((verdict) => storeErrorOf(verdict) !== undefined))
          counts.endedBy = (yield* Deferred.isDone(stopping)) ? "stopped" : "store"
      }
      counts.notTried += rest.length
      counts.endedBy ??= pace.stoppedBy()
      return counts.endedBy === undefined ? ("go-on" as const) : ("enough" as const)
    })

    const stop = Effect.andThen(Deferred.succeed(stopping, undefined), reader.stop)
    return {
      ledger,
      run: Effect.gen(function* () {
        // supervised: joined here; it outlives an interruption of the join, so that it can end in order
        const fiber = yield* Effect.forkScoped(reader.look(visit))
        const ended = Effect.timeoutOption(Fiber.await(fiber), options.stopWithin ?? Duration.infinity)
        yield* Fiber.join(fiber).pipe(Effect.onInterrupt(() => Effect.andThen(stop, ended)))
      }).pipe(Effect.scoped),
      tally: () => {
        const read = reader.totals()
        return {
          ...counts,
          read,
          endedBy: counts.endedBy ?? endOf(read.ended),
          unconfirmed: ledger.totals().unconfirmed
        }
      }
    }
  })

const makeAttempt = (
  options: RedriveAttemptOptions,
  from: RedriveFile | undefined
): Effect.Effect<CorrectedAttempt, never, FactStore> => {
  if (from === undefined) return makeRedriveAttempt(options)
  const { index, onTried } = from
  return makeCorrectedAttempt({
    ...options,
    onTried,
    correctedOf: ({ delivery }) => {
      const filed = index.find(delivery)
      return filed._tag === "InFile" ? filed.corrected : undefined
    }
  })
}

/** Those that the filter means and, where there is a file, that are in it; the others are counted. */
const meantOf = (
  letters: ReadonlyArray<ReceivedDeadLetter>,
  { filter, from }: Pick<RedriveOptions, "filter" | "from">,
  counts: Counts
): ReadonlyArray<ReceivedDeadLetter> =>
  letters.filter((letter) => {
    // Asked of every one: what the filter does not mean is there nevertheless.
    const filed = from?.index.find(letter.delivery)._tag ?? "InFile"
    if (!isMeant(filter, letter)) counts.notMeant++
    else if (filed === "NotInFile") counts.notInFile++
    else if (filed === "Differs") counts.differing++
    else return true
    return false
  })

type Counts = { -readonly [Key in keyof Omit<RedriveTally, "read" | "unconfirmed">]: RedriveTally[Key] } & {
  through: Partial<Record<Fate, number>>
  stays: Partial<Record<DeadLetterReason, number>>
}

const noCounts = (): Counts => ({
  notMeant: 0,
  notTried: 0,
  foreign: 0,
  notInFile: 0,
  differing: 0,
  tried: 0,
  through: {},
  stays: {},
  refused: 0,
  unknown: 0,
  lost: 0,
  endedBy: undefined,
  storeError: ""
})

/** Adds up what came of a batch, and answers how many of it failed. */
const countVerdicts = (counts: Counts, verdicts: ReadonlyArray<CorrectedVerdict>): number => {
  let failed = 0
  for (const verdict of verdicts) {
    counts.tried++
    switch (verdict._tag) {
      case "Through":
        counts.through[verdict.fate] = (counts.through[verdict.fate] ?? 0) + 1
        continue
      case "Stays":
        counts.stays[verdict.reason] = (counts.stays[verdict.reason] ?? 0) + 1
        break
      case "Refused":
        counts.refused++
        break
      case "Unknown":
        counts.unknown++
        counts.storeError = verdict.error
        break
      case "Lost":
        counts.lost++
        continue
      case "Foreign":
        throw new Error("a dead letter of another deployment was tried")
    }
    failed++
  }
  return failed
}

const endOf = (ended: LookTotals["ended"]): RedriveTally["endedBy"] =>
  ended === "quiet" ? "end" : ended === "enough" ? undefined : ended
