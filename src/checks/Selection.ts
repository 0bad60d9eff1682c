/** Chooses among checks by code or group. */
import { Option } from "effect"
import { allChecks } from "./AllChecks.ts"
import { type CheckDescription, type CheckResult, checkGroups } from "./Check.ts"

/** Whether a check is meant. */
export type Selection = (check: Pick<CheckDescription, "code" | "group">) => boolean

/** Reads codes and groups, separated by commas; none where a part of it names neither. */
export const selection = {
  parse: (text: string): Option.Option<Selection> => {
    const names = text.split(",").map((name) => name.trim().toLowerCase())
    const chosen: Selection = ({ code, group }) => names.includes(code.toLowerCase()) || names.includes(group)
    return names.every((name) => known.has(name)) ? Option.some(chosen) : Option.none()
  },
  allowed: `codes (CF-206, as docs/doctor.md has them) or groups (${checkGroups.join(", ")}), separated by commas`,
  example: "pubsub,CF-206"
}

const known: ReadonlySet<string> = new Set([
  ...checkGroups,
  ...allChecks.map(({ code }) => code.toLowerCase())
])

/** The results that are meant, and those of whatever kept one of them from being made. */
export const chosen = (
  results: ReadonlyArray<CheckResult>,
  isMeant: Selection
): ReadonlyArray<CheckResult> => {
  const byCode = new Map(results.map((result) => [result.code, result]))
  const wanted = new Set<string>()
  const want = (result: CheckResult | undefined): void => {
    if (result === undefined || wanted.has(result.code)) return
    wanted.add(result.code)
    if (result.outcome._tag === "Skipped") want(byCode.get(result.outcome.because))
  }
  for (const result of results) if (isMeant(result)) want(result)
  return results.filter(({ code }) => wanted.has(code))
}
