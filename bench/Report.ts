/** Writes what a run found, for people and for programs. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Findings } from "./Findings.ts"
import { type Machine, machineLines } from "./Machine.ts"
import { intervalCells, notJudgedText, number, table } from "./Markdown.ts"
import type { Amounts } from "./Plan.ts"
import { median } from "./Statistics.ts"
import { leastRoundsJudged, type Verdict } from "./Thresholds.ts"

/** One run. */
export interface Run {
  readonly startedAt: string
  readonly minutes: number
  /** Seconds by what they were spent on. */
  readonly time: Readonly<Record<string, number>>
  readonly machine: Machine
  readonly amounts: Amounts
  /** Why nothing is judged; empty where the run is large enough. */
  readonly notJudged: ReadonlyArray<string>
  /** Empty where nothing is judged. */
  readonly verdicts: ReadonlyArray<Verdict>
  readonly findings: Findings
}

/** Writes `results.md` and `results.json` to the folder, and gives the Markdown back. */
export const writeReport = (folder: string, run: Run): string => {
  mkdirSync(folder, { recursive: true })
  const text = markdown(run)
  writeFileSync(join(folder, "results.md"), text)
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(run, undefined, 2)}\n`)
  return text
}

const markdown = (run: Run): string =>
  [
    "# Results of `npm run bench`",
    `${run.startedAt}, ${run.minutes.toFixed(0)} minutes. How it is measured: \`bench/README.md\`.`,
    machineLines(run.machine),
    ...(run.notJudged.length > 0 ? [notJudgedText(run.notJudged)] : ["## What must hold", verdictTable(run)]),
    "## Ratios, round by round",
    `Both candidates alternate; each ratio is of one round. The interval is the narrowest one of order statistics that holds the true median with at least 90 %; its actual confidence depends on the number of rounds, and fewer than ${leastRoundsJudged} have none.`,
    table(
      ["", "rounds", "median", "interval", "confidence", "each round"],
      run.findings.ratios.map(({ title, values }) => [
        title,
        String(values.length),
        number(median(values)),
        ...intervalCells(values, number),
        values.map(number).join(" ")
      ])
    ),
    "## Measured",
    "Numbers of one run on one machine; only the ratios above mean something elsewhere. Seconds were spent on " +
      `${Object.entries(run.time)
        .map(([kind, seconds]) => `${kind} ${seconds.toFixed(0)}`)
        .join(", ")}.`,
    table(
      ["", "unit", "least", "median", "most"],
      run.findings.measured.map(({ title, unit, values }) => [
        title,
        unit,
        number(Math.min(...values)),
        number(median(values)),
        number(Math.max(...values))
      ])
    )
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n")

const verdictTable = ({ verdicts }: Run): string =>
  table(
    ["", "judged", "must be", "found", "holds", "goal"],
    verdicts.map(({ title, judged, relation, limit, found, holds, goal, reachesGoal }) => [
      title,
      judged === "median" ? "median" : `${judged} end of the interval`,
      `${relation} ${number(limit)}`,
      number(found),
      holds ? "yes" : "**no**",
      goal === undefined ? "" : `${number(goal)}: ${reachesGoal ? "reached" : "missed"}`
    ])
  )
