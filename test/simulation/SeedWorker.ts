/** A thread that simulates ranges of seeds, one after another. */
import { parentPort } from "node:worker_threads"
import { Effect } from "effect"
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
  /** **Units**: seconds. */
  readonly seconds: number
}

const simulateRange = async ({ first, last }: SeedRange): Promise<RangeOutcome> => {
  const begun = performance.now()
  const reports: Array<string> = []
  for (let seed = first; seed <= last; seed++) {
    const { report } = await Effect.runPromise(simulateSeed(seed))
    if (report !== undefined) reports.push(report)
  }
  return { reports, seconds: (performance.now() - begun) / 1_000 }
}

parentPort?.on("message", async (range: SeedRange) => {
  parentPort?.postMessage(await simulateRange(range))
})
