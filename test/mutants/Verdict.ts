/** What a catcher said of a program, and whether that is a judgement of it. */
import { stripVTControlCharacters } from "node:util"
import type { Ran } from "./Command.ts"
import type { Catcher } from "./Mutant.ts"

/** What a catcher said. */
export type Verdict =
  | { readonly _tag: "Passed" }
  /** It failed by its own judgement, or by a time-out it states. */
  | { readonly _tag: "Noticed"; readonly said: string }
  /** It failed, or did not end, for another reason: that proves nothing. */
  | { readonly _tag: "Unusable"; readonly why: string }

/** Reads the end of a catcher; `report` is the JSON report of a test run. */
export const verdictOf = (catcher: Catcher, ran: Ran, report: string): Verdict => {
  if (ran.code === undefined) return unusable("no judgement in time", ran.output)
  const verdict = read(catcher, ran, report)
  return verdict._tag === "Noticed" && doesNotRun.test(ran.output + report)
    ? unusable("the broken program does not run", doesNotRun.exec(ran.output + report)?.[0] ?? "")
    : verdict
}

const read = (catcher: Catcher, ran: Ran, report: string): Verdict => {
  switch (catcher._tag) {
    case "Unit":
    case "Integration":
      return ofTests(report, ran)
    case "Simulation":
      if (ran.code === 0) return { _tag: "Passed" }
      return noticed(/(?<=^seed \d+ failed[^\n]*\n {2})\w+: .*/m.exec(ran.output), ran)
    case "Scenario":
      if (/LEFT OUT/.test(ran.output)) return unusable("the scenario was left out", ran.output)
      if (ran.code === 0) return { _tag: "Passed" }
      return ofScenario(ran)
  }
}

interface Report {
  readonly testResults: ReadonlyArray<{
    readonly message: string
    readonly assertionResults: ReadonlyArray<{
      readonly status: string
      readonly fullName: string
      readonly failureMessages: ReadonlyArray<string>
    }>
  }>
}

const ofTests = (text: string, ran: Ran): Verdict => {
  if (text === "") return unusable("no report", ran.output)
  const report: Report = JSON.parse(text)
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.find(({ status }) => status === "failed")
  if (failed !== undefined) {
    return { _tag: "Noticed", said: firstLine(failed.failureMessages[0] ?? "failed") }
  }
  if (ran.code !== 0)
    return unusable("no test failed", report.testResults.map(({ message }) => message).join())
  return tests.some(({ status }) => status === "passed") ? { _tag: "Passed" } : unusable("no test ran", "")
}

const ofScenario = (ran: Ran): Verdict => {
  const lines = stripVTControlCharacters(ran.output).split("\n")
  const at = lines.findIndex((line) => /FAILED$/.test(line) && !/scenarios FAILED$/.test(line))
  const line = lines[at] ?? ""
  const below = (lines[at + 1] ?? "").trim()
  const counts = /\d+\/\d+\/\d+\/\d+.*(?=, FAILED$)/.exec(line)?.[0]
  if (counts !== undefined) return { _tag: "Noticed", said: firstLine(`${counts}; ${below}`) }
  // Played to no end: what the scenario waited for did not come about, or a processor ended as it must not.
  if (/^(NotInTime|ProcessorError)\b/.test(below)) {
    return { _tag: "Noticed", said: firstLine(`${below} ${(lines[at + 2] ?? "").trim()}`) }
  }
  return unusable("the scenario failed otherwise", ran.output)
}

const noticed = (found: RegExpExecArray | null, ran: Ran): Verdict =>
  found === null ? unusable("no judgement", ran.output) : { _tag: "Noticed", said: firstLine(found[0]) }

/** What a program says that is not itself any more. */
const doesNotRun =
  /(ReferenceError|SyntaxError|ERR_MODULE_NOT_FOUND|Cannot find module|TypeError: .* is not a (function|constructor)).*/

const firstLine = (text: string): string => {
  const [line = ""] = stripVTControlCharacters(text).trim().split("\n")
  return line.length > longest ? `${line.slice(0, longest)} …` : line
}

/** **Units**: characters. */
const longest = 200

const unusable = (why: string, detail: string): Verdict => ({
  _tag: "Unusable",
  why: `${why}: ${stripVTControlCharacters(detail).trimEnd().slice(-2_000)}`
})
