/** What is checked of a deployment, and what came of it: data, for who starts and for who asks. */

/** The subjects of checks, in the order of reports. */
export const checkGroups = ["connection", "schema", "rights", "servers"] as const

/** One of {@link checkGroups}. */
export type CheckGroup = (typeof checkGroups)[number]

/**
 * Names a check for good, whatever its words become.
 *
 * **Shape**: `CF-` and three digits, the first of which is the group's.
 */
export type CheckCode = `CF-${number}`

/** What a check found to be otherwise than it should be. */
export interface Problem {
  /** `fatal`: nothing can be stored so, or not what was meant. `warning`: it works, at a risk. */
  readonly severity: "fatal" | "warning"
  /** **Shape**: a sentence without its full stop. */
  readonly found: string
  /** **Shape**: as it should be; completes "expected: …". */
  readonly expected: string
  /** What mends it: a command, or where none does, what to change. */
  readonly remedy: string
}

/** A problem, with the check that found it. */
export interface Finding extends Problem {
  readonly code: CheckCode
}

/** What came of one check. */
export type Outcome =
  | { readonly _tag: "Passed" }
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

/** What a judge says: problems, none of which is a pass, or why it cannot know. */
export type Judgement = ReadonlyArray<Problem> | { readonly notMade: string }

/** A check of a reading. */
export interface Check<in Reading> {
  readonly code: CheckCode
  readonly group: CheckGroup
  readonly title: string
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

/** What was found, over all results. */
export const findingsIn = (results: ReadonlyArray<CheckResult>): ReadonlyArray<Finding> =>
  results.flatMap(({ outcome }) => findingsOf(outcome))

/** Whether nothing can work before it is mended. */
export const isFatal = ({ severity }: Problem): boolean => severity === "fatal"

/** A finding for people, on one line: `CF-302: …; expected: …; GRANT …`. */
export const sentenceOf = ({ code, expected, found, remedy }: Finding): string =>
  `${code}: ${found}; expected: ${expected}; ${remedy}`

const findingsOf = (outcome: Outcome): ReadonlyArray<Finding> =>
  outcome._tag === "Found" ? outcome.findings : []

const outcomeOf = <Reading>({ code, judge }: Check<Reading>, reading: Reading): Outcome => {
  const judgement = judge(reading)
  if ("notMade" in judgement) return { _tag: "NotMade", why: judgement.notMade }
  return judgement.length === 0
    ? { _tag: "Passed" }
    : { _tag: "Found", findings: judgement.map((problem) => ({ code, ...problem })) }
}
