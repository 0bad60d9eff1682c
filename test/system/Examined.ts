/** Runs `doctor --json`, and reads what it says. */
import { Effect } from "effect"
import { ran } from "./Ran.ts"

interface Report {
  readonly well: boolean
  readonly checks: ReadonlyArray<{
    readonly code: string
    readonly status: string
    readonly shows: string | null
    readonly because: string | null
    readonly findings: ReadonlyArray<{
      readonly severity: string
      readonly found: string
      readonly remedy: string
    }>
  }>
  readonly settings: ReadonlyArray<{
    readonly name: string
    readonly value: string | null
    readonly from: string | null
  }>
}

/** Examines what these settings name; `found` has a line for each finding. */
export const examined = (environment: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  Effect.map(ran(["doctor", "--json", ...args], environment), (ended) => {
    const report: Report = JSON.parse(ended.out)
    const statuses = Object.fromEntries(report.checks.map(({ code, status }) => [code, status]))
    const found = report.checks.flatMap(({ code, findings }) =>
      findings.map(({ found, remedy, severity }) => `${severity} ${code}: ${found}; ${remedy}`)
    )
    return { ...ended, report, statuses, found }
  })
