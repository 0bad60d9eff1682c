/** What came of a comparison: the report, and whether it holds. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isFound } from "../Findings.ts"
import { cacheFolder, resultsFolder } from "../Folders.ts"
import { machine } from "../Machine.ts"
import type { ComparisonOptions } from "../Options.ts"
import { comparisonNotJudged } from "../RunSize.ts"
import { say } from "../Screen.ts"
import type { Checkout } from "./Checkout.ts"
import { type ComparisonFindings, comparisonText } from "./ComparisonText.ts"
import type { MeasuredRound } from "./RoundFile.ts"
import { cpuVerdict, ratiosOf } from "./RoundRatios.ts"

/** What was compared, and what was measured of it. */
export interface Compared {
  readonly options: ComparisonOptions
  readonly before: Checkout
  readonly after: Checkout
  readonly rounds: ReadonlyArray<MeasuredRound>
}

/** Writes and prints the report, and answers whether everything was measured and, where it is judged, holds. */
export const reportComparison = (compared: Compared): boolean => {
  const { options, before } = compared
  const findings = findingsOf(compared)
  const { notJudged, ratios, verdicts } = findings
  const folder = options.out ?? (notJudged.length > 0 ? cacheFolder : resultsFolder)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `against-${before.name}`)
  const text = comparisonText(findings)
  writeFileSync(`${file}.md`, text)
  writeFileSync(`${file}.json`, `${JSON.stringify(findings, undefined, 2)}\n`)
  process.stdout.write(text)
  say(`written to ${file}.md and .json`)
  const missing = ratios.flatMap(({ cpu, rate }) => [cpu, rate]).filter((series) => !isFound(series))
  for (const { title } of missing) say(`FAILED: could not be measured: ${title}`)
  return missing.length === 0 && verdicts.every((verdict) => verdict === "holds")
}

/** Rounds of streams that were not asked for are left out. */
const findingsOf = ({ options, before, after, rounds }: Compared): ComparisonFindings => {
  const { messages, only } = options
  const asked = rounds.filter(({ stream }) => only.includes(stream))
  const ratios = only.map((stream) => ratiosOf(asked, stream))
  const fewest = Math.min(...ratios.map(({ cpu }) => cpu.values.length))
  const notJudged = comparisonNotJudged({ rounds: fewest, messages })
  return {
    before: { name: before.name, tree: before.tree },
    after: { name: after.name, tree: after.tree },
    messages,
    machine: machine(asked.at(-1)?.cassandra ?? "unknown"),
    notJudged,
    ratios,
    verdicts: notJudged.length > 0 ? [] : ratios.map(({ cpu }) => cpuVerdict(cpu.values)),
    rounds: asked
  }
}
