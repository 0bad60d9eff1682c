/** Says what `doctor` found: to people, and as JSON. */
import {
  type CheckGroup,
  type CheckResult,
  checkGroups,
  type Finding,
  findingsIn,
  isFatal
} from "../../checks/Check.ts"
import type { Origin } from "../../config/Origins.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { widthOf, wrapped } from "../TextWidth.ts"

/** A report for people. **Units**: `width` in columns. */
export const reportText = (
  results: ReadonlyArray<CheckResult>,
  origins: ReadonlyArray<Origin>,
  width: number
): string =>
  [
    ...checkGroups.flatMap((group) => {
      const ofGroup = results.filter((result) => result.group === group)
      if (ofGroup.length === 0) return []
      const settings = group === "configuration" ? settingLines(origins) : []
      const none = noneMadeLines(ofGroup, width)
      if (none !== undefined) return [headings[group], ...none, ""]
      const made = ofGroup.flatMap((result) => resultLines(result, width))
      return [headings[group], ...made, ...skippedLines(ofGroup, width), ...settings, ""]
    }),
    summaryOf(results)
  ].join("\n")

const headings: Readonly<Record<CheckGroup, string>> = {
  configuration: "Configuration",
  pubsub: "Pub/Sub",
  cassandra: "Cassandra",
  limits: "Limits",
  live: "Live",
  manifests: "Manifests"
}

const resultLines = ({ code, outcome, title }: CheckResult, width: number): ReadonlyArray<string> => {
  switch (outcome._tag) {
    case "Passed":
      return line("ok", code, outcome.shows === undefined ? title : `${title}: ${outcome.shows}`, width)
    case "Found":
      return outcome.findings.flatMap((finding) => findingLines(finding, width))
    case "NotMade":
      return line("?", code, `${title}: not checked: ${outcome.why}`, width)
    case "Skipped":
      return []
  }
}

/** One line where no check of a group was made, all for one reason; undefined otherwise. */
const noneMadeLines = (
  results: ReadonlyArray<CheckResult>,
  width: number
): ReadonlyArray<string> | undefined => {
  const reasons = results.map(({ outcome }) => (outcome._tag === "NotMade" ? outcome.why : undefined))
  const [why] = reasons
  if (why === undefined || results.length < 2 || reasons.some((reason) => reason !== why)) return undefined
  const [first = "", ...others] = results.map(({ code }) => code)
  return line("?", first, [...others, `not checked: ${why}`].join(" "), width)
}

/** One line for each check that failed, with all that were not made because of it. */
const skippedLines = (results: ReadonlyArray<CheckResult>, width: number): ReadonlyArray<string> => {
  const byCause = new Map<string, Array<string>>()
  for (const { code, outcome } of results) {
    if (outcome._tag !== "Skipped") continue
    byCause.set(outcome.because, [...(byCause.get(outcome.because) ?? []), code])
  }
  return [...byCause].flatMap(([because, [first = "", ...others]]) =>
    line("-", first, [...others, `not checked, because ${because} failed`].join(" "), width)
  )
}

const markWidth = 6
const indent = " ".repeat(markWidth + "CF-101 ".length)

const line = (mark: string, code: string, text: string, width: number): ReadonlyArray<string> =>
  wrapped(escaped(text), width - widthOf(indent)).map((part, index) =>
    index === 0 ? `${mark.padEnd(markWidth)}${code} ${part}` : indent + part
  )

/** What fixes it stays on one line, to be copied. */
const findingLines = (finding: Finding, width: number): ReadonlyArray<string> => {
  const { code, expected, found, remedy, where } = finding
  return [
    ...line(isFatal(finding) ? "FAIL" : "warn", code, found, width),
    ...(where === undefined ? [] : [`${indent}where:    ${escaped(where)}`]),
    ...labelled("expected:", expected, width),
    `${indent}to do:    ${escaped(remedy)}`
  ]
}

const labelled = (label: string, text: string, width: number): ReadonlyArray<string> => {
  const start = `${indent}${label.padEnd("expected: ".length)}`
  return wrapped(escaped(text), width - widthOf(start)).map((part, index) =>
    index === 0 ? start + part : " ".repeat(widthOf(start)) + part
  )
}

/** What somebody has set; the others have the default that docs/configuration.md says. */
const settingLines = (origins: ReadonlyArray<Origin>): ReadonlyArray<string> => {
  const set = origins.filter(({ kind }) => kind !== "default")
  const nameWidth = Math.max(0, ...set.map(({ name }) => name.length))
  return set.map(({ from, kind, name, value }) => {
    const source = kind === "variable" ? "" : ` (${kind} ${from})`
    return `${indent}${name.padEnd(nameWidth)}  ${escaped(value ?? "(a secret)")}${source}`
  })
}

const summaryOf = (results: ReadonlyArray<CheckResult>): string => {
  const findings = findingsIn(results)
  const fatal = findings.filter(isFatal).length
  const count = (tag: CheckResult["outcome"]["_tag"]) =>
    results.filter(({ outcome }) => outcome._tag === tag).length
  const unmade = count("NotMade") + count("Skipped")
  const parts = [
    fatal > 0 ? `${fatal} to fix` : "nothing to fix",
    ...(findings.length > fatal
      ? [`${findings.length - fatal} ${findings.length - fatal === 1 ? "warning" : "warnings"}`]
      : []),
    `${count("Passed")} of ${results.length} checks passed`,
    ...(unmade > 0 ? [`${unmade} not made`] : [])
  ]
  return parts.join(" · ")
}

/**
 * A report for programs.
 *
 * **Shape**: one line: `well`, `checks` and `settings`. A check has `status`: `passed`, `warning`, `fatal`, `not-made` or
 * `skipped`.
 */
export const reportJson = (results: ReadonlyArray<CheckResult>, origins: ReadonlyArray<Origin>): string =>
  escapedJson({
    well: !findingsIn(results).some(isFatal),
    checks: results.map(({ code, group, outcome, title }) => ({
      code,
      group,
      title,
      status: statusOf(outcome),
      shows: outcome._tag === "Passed" ? (outcome.shows ?? null) : null,
      findings:
        outcome._tag === "Found"
          ? outcome.findings.map(({ expected, found, remedy, severity, where }) => ({
              severity,
              where: where ?? null,
              found,
              expected,
              remedy
            }))
          : [],
      why: outcome._tag === "NotMade" ? outcome.why : null,
      because: outcome._tag === "Skipped" ? outcome.because : null
    })),
    settings: origins.map(({ from, kind, name, value }) => ({
      name,
      value: value ?? null,
      isSecret: value === undefined,
      kind,
      from: from ?? null
    }))
  })

/** The word for what came of a check. */
export const statusOf = (
  outcome: CheckResult["outcome"]
): "passed" | "warning" | "fatal" | "not-made" | "skipped" => {
  switch (outcome._tag) {
    case "Passed":
      return "passed"
    case "Found":
      return outcome.findings.some(isFatal) ? "fatal" : "warning"
    case "NotMade":
      return "not-made"
    case "Skipped":
      return "skipped"
  }
}
