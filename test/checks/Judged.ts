/** What results of checks say. */
import { assert } from "@effect/vitest"
import { allChecks } from "../../src/checks/AllChecks.ts"
import { type CheckResult, findingsIn, sentenceOf } from "../../src/checks/Check.ts"

/** A row of a table: what is changed of a good reading, and what has to be found. */
export type Row<Reading> = readonly [
  what: string,
  changes: Partial<Reading>,
  codes: ReadonlyArray<string>,
  says: RegExp
]

/** `fatal CF-302` for each finding, none of which is worse than its check says beforehand. */
export const codesIn = (results: ReadonlyArray<CheckResult>) =>
  findingsIn(results).map(({ code, severity }) => {
    const worst = allChecks.find((check) => check.code === code)?.worst
    assert.isTrue(worst === "fatal" || worst === severity, `${code} finds what is ${severity}`)
    return `${severity} ${code}`
  })

/** What the first finding says; empty where there is none. */
export const sentenceIn = (results: ReadonlyArray<CheckResult>) => {
  const [first] = findingsIn(results)
  return first === undefined ? "" : sentenceOf(first)
}

/** What a check shows that passed; the tag of its outcome otherwise. */
export const shownIn = (results: ReadonlyArray<CheckResult>, code: string) => {
  const outcome = results.find((result) => result.code === code)?.outcome
  return outcome?._tag === "Passed" ? outcome.shows : outcome?._tag
}
