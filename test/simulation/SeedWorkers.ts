/** Simulates ranges of seeds in several threads. */
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { RangeOutcome, SeedRange } from "./SeedWorker.ts"

/**
 * Simulates ranges, each in one of so many threads.
 *
 * **Errors**: rejects when a thread dies: a simulation that throws is an error of the simulation itself.
 */
export const simulateRanges = async (
  ranges: ReadonlyArray<SeedRange>,
  threads: number,
  /** Called as ranges end; false ends everything. */
  onOutcome: (range: SeedRange, outcome: RangeOutcome) => boolean
): Promise<void> => {
  const left = ranges.values()
  const workers: Array<Worker> = []
  let isOver = false
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./SeedWorker.ts", import.meta.url))
    workers.push(worker)
    for (const range of left) {
      worker.postMessage(range)
      const outcome = await outcomeOf(worker)
      if (isOver) return
      isOver = !onOutcome(range, outcome)
      if (isOver) return
    }
  }
  try {
    const all = Array.from({ length: Math.min(threads, ranges.length) }, work)
    await (ranges.length === 0 ? undefined : untilOver(all, () => isOver))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** Rejects where the thread throws: Node emits that as an error, which `once` listens to. */
const outcomeOf = async (worker: Worker): Promise<RangeOutcome> => {
  const [outcome] = await once(worker, "message")
  return outcome
}

/** Waits for all of them, or for the first of them to say that it is over. */
const untilOver = async (all: ReadonlyArray<Promise<void>>, isOver: () => boolean): Promise<void> => {
  const pending = new Map(all.map((one, index) => [index, one.then(() => index)]))
  while (pending.size > 0 && !isOver()) pending.delete(await Promise.race(pending.values()))
}
