/** What came of a run of scenarios: the report, and whether everything holds. */
import { isFound, together } from "./Findings.ts"
import { cacheFolder, resultsFolder } from "./Folders.ts"
import { machine } from "./Machine.ts"
import { amountsFor, type ScenarioOptions } from "./Options.ts"
import { scenarioNames } from "./Plan.ts"
import { writeReport } from "./Report.ts"
import { scenariosNotJudged } from "./RunSize.ts"
import type { ServerFindings } from "./ScenarioRunner.ts"
import { say } from "./Screen.ts"
import { judge } from "./Thresholds.ts"
import type { TimeSpent } from "./TimeSpent.ts"

/** Writes the report, prints it, and answers whether everything was measured and, where it is judged, holds. */
export const reportScenarios = (
  options: ScenarioOptions,
  startedAt: Date,
  time: TimeSpent,
  found: ReadonlyArray<ServerFindings>
): boolean => {
  const findings = together(found.map((part) => part.findings))
  const notJudged = scenariosNotJudged(options)
  const verdicts = notJudged.length === 0 ? judge(findings) : []
  const isWhole =
    notJudged.length === 0 && options.only.length === scenarioNames.length && options.rounds === undefined
  const folder = options.out ?? (isWhole ? resultsFolder : cacheFolder)
  const text = writeReport(folder, {
    startedAt: startedAt.toISOString(),
    minutes: (Date.now() - startedAt.getTime()) / 60_000,
    time: time.seconds(),
    machine: machine(found[0]?.cassandra ?? "unknown"),
    amounts: amountsFor(options),
    notJudged,
    verdicts,
    findings
  })
  process.stdout.write(text)
  say(`written to ${folder}`)
  const missing = [...findings.measured, ...findings.ratios].filter((series) => !isFound(series))
  for (const { title } of missing) say(`FAILED: could not be measured: ${title}`)
  return missing.length === 0 && verdicts.every(({ holds }) => holds)
}
