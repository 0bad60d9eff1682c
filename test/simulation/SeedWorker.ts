/** A thread that simulates ranges of seeds, one after another. */
import { parentPort } from "node:worker_threads"
import { Effect } from "effect"
import { type ExcuseCounts, sumOfExcuses } from "./Excuses.ts"
import { simulateSeed } from "./SimulatedSeed.ts"

/** Seeds that follow each other. */
export interface SeedRange {
  readonly first: number
  readonly last: number
}

/** What came of a range. */
export interface RangeOutcome {
  /** One for each seed that failed. */
  readonly reports: ReadonlyArray<string>
  /** Messages that were published. */
  readonly messages: number
  readonly excused: ExcuseCounts
  /** **Units**: seconds. */
  readonly seconds: number
}

const simulateRange = async ({ first, last }: SeedRange): Promise<RangeOutcome> => {
  const begun = performance.now()
  const reports: Array<string> = []
  const excused: Array<ExcuseCounts> = []
  let messages = 0
  for (let seed = first; seed <= last; seed++) {
    const simulated = await Effect.runPromise(simulateSeed(seed))
    if (simulated.report !== undefined) reports.push(simulated.report)
    messages += simulated.messages
    excused.push(simulated.excused)
  }
  return { reports, messages, excused: sumOfExcuses(excused), seconds: (performance.now() - begun) / 1_000 }
}

parentPort?.on("message", async (range: SeedRange) => {
  parentPort?.postMessage(await simulateRange(range))
})
