/** Adds up what is in a dead-letter subscription, in groups, with the verdict of now. */
import { Effect } from "effect"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import { type DeadLetterFilter, isMeant, unknownReason } from "./DeadLetterFilter.ts"
import { type CarriedIds, idsOf } from "./DeadLetterMessages.ts"
import { surveyGroupsMax } from "./Limits.ts"
import { type RedriveAttempt, storeErrorOf, type Verdict } from "./RedriveAttempt.ts"

/** One dead letter, without its data. */
export interface SurveyedLetter extends CarriedIds {
  /** The id in the dead-letter topic. */
  readonly id: string
  /** When it came into the dead-letter topic. **Units**: µs since the epoch. */
  readonly sinceMicros: number
  readonly reason: string
  readonly path: string | undefined
  readonly subscription: string | undefined
  readonly verdict: Verdict
}

/** Dead letters of one reason, field and subscription. */
export interface DeadLetterGroup {
  readonly reason: string
  readonly path: string | undefined
  readonly subscription: string | undefined
  readonly count: number
  /** When the first and the last came into the dead-letter topic. **Units**: µs since the epoch. */
  readonly oldestMicros: number
  readonly newestMicros: number
  /** The id of its newest. */
  readonly exampleId: string
  /** The version of the program that gave its newest up. */
  readonly appVersion: string | undefined
  /** How many have which verdict, by {@link verdictName}. */
  readonly verdicts: ReadonlyMap<string, number>
}

/** What a survey has seen so far. */
export interface SurveyPicture {
  /** The greatest first. */
  readonly groups: ReadonlyArray<DeadLetterGroup>
  /** Dead letters of groups beyond the first 1,000, which are counted and no more. */
  readonly ungrouped: number
  /** The newest first. */
  readonly newest: ReadonlyArray<SurveyedLetter>
  /** Those that the filter means. */
  readonly meant: number
  readonly notMeant: number
  /** Why verdicts are unknown; undefined where the fact table answers. */
  readonly storeError: string | undefined
}

/** Adds dead letters up. */
export interface DeadLetterSurvey {
  /** Adds a batch, and answers those of it that the filter means. */
  readonly add: (letters: ReadonlyArray<ReceivedDeadLetter>) => Effect.Effect<ReadonlyArray<SurveyedLetter>>
  readonly picture: () => SurveyPicture
}

/**
 * Makes a survey.
 *
 * Once the fact table has not answered about a whole batch it is not asked again: its time-out for each batch would
 * make a look through many dead letters last for hours.
 *
 * **Guarantee**: keeps no data of dead letters; of their attributes those of 1,000 groups and of the newest (G6).
 */
export const makeDeadLetterSurvey = (options: {
  readonly filter: DeadLetterFilter
  /** How many of the newest are kept. */
  readonly newestMax: number
  /** The one function that tells verdicts, as a dry run. */
  readonly attempt: RedriveAttempt["attempt"]
}): DeadLetterSurvey => {
  const { filter, newestMax } = options
  const groups = new Map<string, GrowingGroup>()
  let newest: Array<SurveyedLetter> = []
  const counts = { meant: 0, notMeant: 0, ungrouped: 0 }
  let storeError: string | undefined

  const judge = Effect.fnUntraced(function* (letters: ReadonlyArray<ReceivedDeadLetter>) {
    if (storeError !== undefined) {
      const unknown: Verdict = { _tag: "Unknown", error: storeError, isOwn: false }
      return letters.map(() => unknown)
    }
    const verdicts = yield* options.attempt(letters)
    const errors = verdicts.flatMap((verdict) => storeErrorOf(verdict) ?? [])
    const asked = verdicts.filter(({ _tag }) => _tag !== "Foreign" && _tag !== "Lost")
    if (errors.length === asked.length) storeError = errors[0]
    return verdicts
  })

  return {
    add: Effect.fnUntraced(function* (letters) {
      const meant = letters.filter((letter) => isMeant(filter, letter))
      counts.meant += meant.length
      counts.notMeant += letters.length - meant.length
      const verdicts = yield* judge(meant)
      const surveyed = meant.map((letter, index) => {
        const one = surveyedLetter(letter, verdicts[index] ?? { _tag: "Lost" })
        if (!addToGroup(groups, one, letter.appVersion)) counts.ungrouped++
        return one
      })
      newest = [...newest, ...surveyed].sort(newestFirst).slice(0, newestMax)
      return surveyed
    }),
    picture: () => ({
      groups: [...groups.values()].sort((one, other) => other.count - one.count),
      newest,
      storeError,
      ...counts
    })
  }
}

/** A verdict as one word: the fate, `stays(reason)`, `unknown`, `foreign` or `lost`. */
export const verdictName = (verdict: Verdict): string => {
  switch (verdict._tag) {
    case "Through":
      return verdict.fate
    case "Stays":
      return `stays(${verdict.reason})`
    default:
      return verdict._tag.toLowerCase()
  }
}

type GrowingGroup = { -readonly [Key in keyof DeadLetterGroup]: DeadLetterGroup[Key] } & {
  readonly verdicts: Map<string, number>
}

const surveyedLetter = (letter: ReceivedDeadLetter, verdict: Verdict): SurveyedLetter => ({
  id: letter.delivery.messageId,
  sinceMicros: letter.delivery.publishTimeMicros,
  reason: letter.reason ?? unknownReason,
  path: letter.path,
  subscription: letter.subscription,
  verdict,
  ...idsOf(letter.delivery.data)
})

/** Answers whether there is a group for it. */
const addToGroup = (
  groups: Map<string, GrowingGroup>,
  one: SurveyedLetter,
  appVersion: string | undefined
): boolean => {
  const key = JSON.stringify([one.reason, one.path, one.subscription])
  let group = groups.get(key)
  if (group === undefined) {
    if (groups.size >= surveyGroupsMax) return false
    const { id, path, reason, sinceMicros, subscription } = one
    group = {
      ...{ reason, path, subscription, appVersion, count: 0, exampleId: id, verdicts: new Map() },
      ...{ oldestMicros: sinceMicros, newestMicros: sinceMicros }
    }
    groups.set(key, group)
  }
  group.count++
  group.oldestMicros = Math.min(group.oldestMicros, one.sinceMicros)
  if (one.sinceMicros >= group.newestMicros) {
    group.newestMicros = one.sinceMicros
    group.exampleId = one.id
    group.appVersion = appVersion
  }
  const name = verdictName(one.verdict)
  group.verdicts.set(name, (group.verdicts.get(name) ?? 0) + 1)
  return true
}

const newestFirst = (one: SurveyedLetter, other: SurveyedLetter): number =>
  other.sinceMicros - one.sinceMicros
