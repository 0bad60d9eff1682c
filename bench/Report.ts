/** Writes what a run found, for people and for programs. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Findings, Series } from "./Findings.ts"
import type { Machine } from "./Machine.ts"
import type { Amounts } from "./Plan.ts"
import { estimate } from "./Statistics.ts"
import type { Verdict } from "./Thresholds.ts"

/** One run. */
export interface Run {
  readonly startedAt: string
  readonly minutes: number
  /** Seconds by what they were spent on. */
  readonly time: Readonly<Record<string, number>>
  readonly machine: Machine
  readonly amounts: Amounts
  /** Whether the verdicts count: not with small amounts or few rounds. */
  readonly isJudged: boolean
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
    "## What must hold",
    run.isJudged ? "" : "Not judged: this run is too small to tell.",
    table(
      ["", "judged", "must be", "found", "holds", "goal"],
      run.verdicts.map((verdict) => [
        verdict.title,
        verdict.judged === "median" ? "median" : `${verdict.judged} end of the interval`,
        `${verdict.relation} ${number(verdict.limit)}`,
        number(verdict.found),
        run.isJudged ? (verdict.holds ? "yes" : "**no**") : "",
        verdict.goal === undefined || !run.isJudged
          ? ""
          : `${number(verdict.goal)}: ${verdict.reachesGoal ? "reached" : "missed"}`
      ])
    ),
    "## Ratios, round by round",
    "Both contenders alternate; each ratio is of one round. The interval is the narrowest one of order statistics that holds the true median with at least 90 %; its actual confidence depends on the number of rounds.",
    table(
      ["", "rounds", "median", "interval", "confidence", "each round"],
      run.findings.ratios.map((series) => {
        const { median, low, high, confidence } = estimate(series.values)
        const rounds = series.values.map(number).join(" ")
        return [
          series.title,
          String(series.values.length),
          number(median),
          `${number(low)} – ${number(high)}`,
          percent(confidence),
          rounds
        ]
      })
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
        number(estimate(values).median),
        number(Math.max(...values))
      ])
    )
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n")

const machineLines = (machine: Machine): string =>
  [
    `- ${machine.cores} × ${machine.processor}, ${machine.memoryGiB} GiB, ${machine.system}`,
    `- Node ${machine.node}, ${Object.entries(machine.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
    `- Cassandra ${machine.cassandra} (one node, but for the scenario cluster, which has three) and the Pub/Sub emulator: ${machine.servers}`,
    `- commit ${machine.commit}, ${machine.isBuilt ? "built" : "run from the sources"}`
  ].join("\n")

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n")

const number = (value: number): string =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3)

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

/** All findings of several scenarios together. */
export const together = (findings: ReadonlyArray<Findings>): Findings => ({
  measured: findings.flatMap(({ measured }): ReadonlyArray<Series> => measured),
  ratios: findings.flatMap(({ ratios }): ReadonlyArray<Series> => ratios)
})
