/** `npm run test:simulate`: simulates seeds in several threads, keeps what was found, and reports it. */
import { Effect } from "effect"
import { optionsOfProcess } from "../support/CommandLine.ts"
import { ProofFile, type ProofResult } from "../support/proofs/ProofFile.ts"
import { type ProofSection, writeProofReport } from "../support/proofs/ProofReport.ts"
import { excuses } from "./Excuses.ts"
import { parseOptions, usage } from "./Options.ts"
import type { RangeOutcome, SeedRange } from "./SeedWorker.ts"
import { simulateRanges } from "./SeedWorkers.ts"
import { simulateSeed } from "./SimulatedSeed.ts"

const values = optionsOfProcess(usage, parseOptions)
const { first, last } = values

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Few enough that a run that is cut off loses little, and does not wait long for its last thread. */
const seedsOfRange = 50

/** Ranges begin at the same seeds whatever is asked for, so that what is known counts for every later run. */
const ranges = ((): ReadonlyArray<SeedRange> => {
  const all: Array<SeedRange> = []
  for (let from = first; from <= last; ) {
    const end = Math.min(Math.ceil(from / seedsOfRange) * seedsOfRange, last)
    all.push({ first: from, last: end })
    from = end + 1
  }
  return all
})()

const partOf = (range: SeedRange): string => `seeds ${range.first} to ${range.last}`

const trace = async (): Promise<number> => {
  let failed = 0
  for (let seed = first; seed <= last; seed++) {
    const { report, trace } = await Effect.runPromise(simulateSeed(seed))
    say(trace)
    if (report === undefined) continue
    failed++
    say(report)
  }
  return failed
}

/** Ranges that follow each other and hold are one row of the page. */
const joined = (results: ReadonlyArray<ProofResult>): ReadonlyArray<ProofResult> => {
  const rows: Array<ProofResult> = []
  for (const result of results) {
    const before = rows.at(-1)
    if (before?.holds && result.holds && endOf(before.part) + 1 === Number(/\d+/.exec(result.part)?.[0])) {
      const part = before.part.replace(/\d+$/, String(endOf(result.part)))
      rows[rows.length - 1] = { ...result, part, seconds: before.seconds + result.seconds }
    } else rows.push(result)
  }
  return rows
}

const endOf = (part: string): number => Number(/\d+$/.exec(part)?.[0])

const report = (file: ProofFile, path: string): void => {
  const results = file.resultsOf(ranges.map(partOf))
  const counts = sumOfCounts(results)
  writeProofReport(path, {
    title: "The simulation under faults",
    command: `npm run test:simulate -- --first ${first} --seeds ${last - first + 1}`,
    claim:
      "Each seed is a schedule of messages and faults in virtual time, on the in-memory Pub/Sub and table. A ledger that computes rows and versions by itself finds nothing lost, wrong, doubled, misrouted, given up too soon or stuck, and no bound exceeded (G1–G7). In one of four seeds one to four processes run for minutes, and are cut off, stand still, die, stop and start.",
    tree: file.tree,
    parts: ranges.length,
    results,
    rows: joined(results),
    sections: [excusesSection(counts)]
  })
}

/** Excuses, each with the messages it excused. */
const excusesSection = (counts: Readonly<Record<string, number>>): ProofSection => ({
  title: "Excuses",
  text: `Of ${counts["messages"] ?? 0} messages, so many were no fault although they look like one, each for a reason of its own.`,
  columns: ["excuse", "messages", "in 1,000", "why"],
  rows: Object.entries(excuses).map(([name, why]) => {
    const count = counts[name] ?? 0
    return [name, String(count), inThousand(count, counts["messages"] ?? 0), why]
  })
})

const inThousand = (count: number, messages: number): string =>
  messages === 0 ? "0" : ((1_000 * count) / messages).toFixed(3)

const sumOfCounts = (results: ReadonlyArray<Pick<ProofResult, "counts">>): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const { counts = {} } of results)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
  return sums
}

const simulateAll = async (file: ProofFile | undefined): Promise<number> => {
  const missing = new Set(file?.missing(ranges.map(partOf)) ?? ranges.map(partOf))
  const toDo = ranges.filter((range) => missing.has(partOf(range)))
  if (file !== undefined && toDo.length < ranges.length) {
    say(
      `${ranges.length - toDo.length} of ${ranges.length} ranges hold already (${file.path}); --fresh forgets them`
    )
  }
  let failed = 0
  let done = 0
  const all: Array<Pick<ProofResult, "counts">> = []
  const onOutcome = (range: SeedRange, outcome: RangeOutcome): boolean => {
    const { excused, messages, reports, seconds } = outcome
    const counts = { messages, ...excused }
    all.push({ counts })
    failed += reports.length
    done += 1
    const said =
      reports.length === 0 ? "nothing wrong" : (reports[0] ?? "").split("\n").slice(0, 2).join(": ")
    file?.add(partOf(range), { holds: reports.length === 0, said, seconds, counts })
    for (const text of reports) say(text)
    if (done % rangesOfProgress === 0)
      say(`${done} of ${toDo.length} ranges, to seed ${range.last}: ${failed} failed`)
    return !(values.bail && failed > 0)
  }
  await simulateRanges(toDo, values.workers, onOutcome)
  sayExcuses(sumOfCounts(all))
  return failed
}

const sayExcuses = (counts: Readonly<Record<string, number>>): void => {
  const messages = counts["messages"] ?? 0
  say(`${messages} messages; excused of them:`)
  for (const [name, why] of Object.entries(excuses)) {
    const count = counts[name] ?? 0
    say(`  ${name.padEnd(20)} ${String(count).padStart(6)}  ${inThousand(count, messages)} in 1,000  ${why}`)
  }
}

/** How often progress is printed. */
const rangesOfProgress = 10

const begun = performance.now()
const file = values.forget || values.trace ? undefined : ProofFile.open("simulation", values.fresh)
const failed = values.trace ? await trace() : await simulateAll(file)
if (file !== undefined && values.report !== undefined) report(file, values.report)
const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
say(`${last - first + 1} seeds from ${first} in ${seconds} s: ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
