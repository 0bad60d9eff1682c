/** What is checked of a deployment, and what came of it: data, for who starts and for who asks. */

/** The subjects of checks, in the order of reports. */
export const checkGroups = ["configuration", "pubsub", "cassandra", "limits", "live", "manifests"] as const

/** One of {@link checkGroups}. */
export type CheckGroup = (typeof checkGroups)[number]

/**
 * Names a check for good, whatever its words become.
 *
 * **Shape**: `CF-` and three digits. The first tells the subject: 1 the connection to Cassandra, 2 its tables, 3 rights
 * on them, 4 its servers, 5 the configuration, 6 Pub/Sub, 7 limits, 8 manifests, 9 what it does with messages.
 */
export type CheckCode = `CF-${number}`

/** `fatal`: nothing can be stored so, or not what was meant. `warning`: it works, at a risk. */
export type Severity = "fatal" | "warning"

/** What a check found to be otherwise than it should be. */
export interface Problem {
  readonly severity: Severity
  /** Where it was found, in files: `FILE:LINE, KIND NAME, FIELD`; absent elsewhere. */
  readonly where?: string
  /** **Shape**: a sentence without its full stop. */
  readonly found: string
  /** **Shape**: as it should be; completes "expected: …". */
  readonly expected: string
  /** What fixes it: a command, or where none does, what to change. */
  readonly remedy: string
}

/** A problem, with the check that found it. */
export interface Finding extends Problem {
  readonly code: CheckCode
}

/** What came of one check. */
export type Outcome =
  /** `shows`: what was found, where that is worth telling. */
  | { readonly _tag: "Passed"; readonly shows?: string }
  | { readonly _tag: "Found"; readonly findings: ReadonlyArray<Finding> }
  /** What it needs to know could not be read. */
  | { readonly _tag: "NotMade"; readonly why: string }
  /** It would only say again what another has found. */
  | { readonly _tag: "Skipped"; readonly because: CheckCode }

/** A check and its outcome. */
export interface CheckResult {
  readonly code: CheckCode
  readonly group: CheckGroup
  /** What holds when it passes. */
  readonly title: string
  readonly outcome: Outcome
}

/** What a judge says: problems, none of which is a pass; a pass and what it shows; or why it cannot know. */
export type Judgement = ReadonlyArray<Problem> | { readonly shows: string } | { readonly notMade: string }

/** What is told of a check before it is made. */
export interface CheckDescription {
  readonly code: CheckCode
  readonly group: CheckGroup
  readonly title: string
  /** The worst that it finds; `none`: it only shows what is so. */
  readonly worst: Severity | "none"
  /** What fixes what it finds, as far as that is known beforehand. A finding says it exactly. */
  readonly remedy: string
}

/** A check of a reading. */
export interface Check<in Reading> extends CheckDescription {
  /** Checks that must not have found anything fatal: else this one is skipped. */
  readonly needs: ReadonlyArray<CheckCode>
  readonly judge: (reading: Reading) => Judgement
}

/** Makes the checks in their order; each may need earlier ones. */
export const judge = <Reading>(
  checks: ReadonlyArray<Check<Reading>>,
  reading: Reading
): ReadonlyArray<CheckResult> => {
  const failed = new Set<CheckCode>()
  return checks.map((check) => {
    const { code, group, title, needs } = check
    const because = needs.find((needed) => failed.has(needed))
    const outcome =
      because === undefined ? outcomeOf(check, reading) : ({ _tag: "Skipped", because } as const)
    if (outcome._tag === "Skipped" || findingsOf(outcome).some(isFatal)) failed.add(code)
    return { code, group, title, outcome }
  })
}

/** Results of checks that cannot be made, because another one has failed. */
export const skipped = (
  checks: ReadonlyArray<CheckDescription>,
  because: CheckCode
): ReadonlyArray<CheckResult> =>
  checks.map(({ code, group, title }) => ({ code, group, title, outcome: { _tag: "Skipped", because } }))

/** Results of checks that were not made, and why not. */
export const notMadeAny = (
  checks: ReadonlyArray<CheckDescription>,
  why: string
): ReadonlyArray<CheckResult> =>
  checks.map(({ code, group, title }) => ({ code, group, title, outcome: { _tag: "NotMade", why } }))

/** Judges several things as one: what was found of any; else why one could not be known; else what they show. */
export const judgeAll = (judgements: ReadonlyArray<Judgement>): Judgement => {
  const problems = judgements.flatMap(problemsIn)
  const unmade = judgements.find((judgement) => "notMade" in judgement)
  if (problems.length > 0 || unmade !== undefined) return problems.length > 0 ? problems : (unmade ?? [])
  const shown = judgements.flatMap((judgement) => ("shows" in judgement ? [judgement.shows] : []))
  return shown.length === 0 ? [] : { shows: shown.join("; ") }
}

/** What a judge found; none where it passes or cannot know. */
export const problemsIn = (judgement: Judgement): ReadonlyArray<Problem> =>
  "notMade" in judgement || "shows" in judgement ? [] : judgement

/** What was found, over all results. */
export const findingsIn = (results: ReadonlyArray<CheckResult>): ReadonlyArray<Finding> =>
  results.flatMap(({ outcome }) => findingsOf(outcome))

/** Whether nothing can work before it is fixed. */
export const isFatal = ({ severity }: Problem): boolean => severity === "fatal"

/** A finding for people, on one line: `CF-302: …; expected: …; GRANT …`. */
export const sentenceOf = ({ code, expected, found, remedy, where }: Finding): string =>
  `${code}: ${where === undefined ? "" : `${where}: `}${found}; expected: ${expected}; ${remedy}`

const findingsOf = (outcome: Outcome): ReadonlyArray<Finding> =>
  outcome._tag === "Found" ? outcome.findings : []

const outcomeOf = <Reading>({ code, judge }: Check<Reading>, reading: Reading): Outcome => {
  const judgement = judge(reading)
  if ("notMade" in judgement) return { _tag: "NotMade", why: judgement.notMade }
  if ("shows" in judgement) return { _tag: "Passed", shows: judgement.shows }
  return judgement.length === 0
    ? { _tag: "Passed" }
    : { _tag: "Found", findings: judgement.map((problem) => ({ code, ...problem })) }
}
