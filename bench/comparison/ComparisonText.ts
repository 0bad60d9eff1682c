/** The report of a comparison, for people. */
import type { Drained } from "../DrainPhase.ts"
import type { Series } from "../Findings.ts"
import { type Machine, machineLines } from "../Machine.ts"
import { intervalCells, notJudgedText, number, table } from "../Markdown.ts"
import { twiceInOrderOf } from "../Rounds.ts"
import { median } from "../Statistics.ts"
import { mostCpuOfCommit } from "../Thresholds.ts"
import type { Checkout } from "./Checkout.ts"
import type { MeasuredRound } from "./RoundFile.ts"
import { cpuOf, rateOf, type StreamRatios, type Verdict } from "./RoundRatios.ts"

/** What a comparison found. */
export interface ComparisonFindings {
  readonly before: Pick<Checkout, "name" | "tree">
  readonly after: Pick<Checkout, "name" | "tree">
  /** Of one drain. */
  readonly messages: number
  readonly machine: Machine
  readonly rounds: ReadonlyArray<MeasuredRound>
  readonly ratios: ReadonlyArray<StreamRatios>
  /** Why nothing is judged; empty where the comparison is large enough. */
  readonly notJudged: ReadonlyArray<string>
  /** Of the processor time of each stream; empty where nothing is judged. */
  readonly verdicts: ReadonlyArray<Verdict>
}

/** In Markdown. */
export const comparisonText = (report: ComparisonFindings): string => {
  const { messages, before, after, machine, notJudged } = report
  const parts = [
    `# Results of \`npm run bench -- --against ${before.name}\``,
    "How it is measured: `bench/README.md`.",
    [
      `- compared: ${after.name} with ${before.name}, both run from their sources; ${messages} messages in a drain`,
      machineLines(machine)
    ].join("\n"),
    before.tree === after.tree ? "Both are the same: what differs is noise." : "",
    "## Ratios, working tree / commit",
    notJudged.length > 0
      ? notJudgedText(notJudged)
      : `Processor time must be at most ${mostCpuOfCommit} ×, and is judged by the whole interval; throughput is not judged. The interval is the narrowest one of order statistics that holds the true median with at least 90 %.`,
    ratioTable(report),
    "## Each round",
    "A is the commit, B the working tree.",
    roundTable(report),
    "## Measured",
    "Medians of one machine; only the ratios above mean something elsewhere.",
    measuredTable(report)
  ]
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`
}

const ratioTable = ({ ratios, verdicts }: ComparisonFindings): string =>
  table(
    ["", "rounds", "median", "interval", "confidence", "verdict"],
    ratios.flatMap(({ cpu, rate }, at) => [
      ratioRow(cpu, verdictText[verdicts[at] ?? "none"]),
      ratioRow(rate, "")
    ])
  )

const ratioRow = ({ title, values }: Series, verdict: string): ReadonlyArray<string> => [
  title,
  String(values.length),
  ratio(median(values)),
  ...intervalCells(values, ratio),
  verdict
]

const verdictText: Readonly<Record<Verdict | "none", string>> = {
  holds: "holds",
  exceeded: "**exceeded**",
  undecided: "**undecided**: more rounds make the interval narrower",
  none: ""
}

const roundTable = ({ ratios }: ComparisonFindings): string =>
  table(
    ["", ...ratios.flatMap(({ cpu, rate }) => [cpu.title, rate.title])],
    Array.from({ length: Math.max(...ratios.map(({ cpu }) => cpu.values.length)) }, (_, round) => [
      `${round + 1}: ${twiceInOrderOf(round, ["A", "B"]).join(" ")}`,
      ...ratios.flatMap(({ cpu, rate }) => [cpu, rate].map(({ values }) => cell(values[round])))
    ])
  )

const measuredTable = ({ ratios, rounds, before, after }: ComparisonFindings): string =>
  table(
    ["", before.name, after.name],
    ratios.flatMap(({ stream }) => {
      const ofStream = rounds.filter((one) => one.stream === stream)
      const row = (title: string, of: (drains: ReadonlyArray<Drained>) => number) => [
        `${stream}: ${title}`,
        number(median(ofStream.map((one) => of(one.before)))),
        number(median(ofStream.map((one) => of(one.after))))
      ]
      return [row("processor time per message, µs", cpuOf), row("messages/s", rateOf)]
    })
  )

const cell = (value: number | undefined): string => (value === undefined ? "–" : ratio(value))

// Three digits after the point: the limit has two.
const ratio = (value: number): string => value.toFixed(3)
