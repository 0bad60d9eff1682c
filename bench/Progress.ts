/** How far a candidate is, observed from outside: by the table's own counter and by the dead letters that arrive. */
import { setTimeout as delay } from "node:timers/promises"
import type { Bench } from "./Bench.ts"
import type { CandidateProcess } from "./CandidateProcess.ts"
import type { DeadLetterCollector } from "./DeadLetterCollector.ts"
import { deadLetterCount, type Expectation, shownProblems, wrongRows } from "./ResultCheck.ts"

/** What was seen at one moment. */
export interface Observation {
  /** **Units**: milliseconds of `performance.now()`. */
  readonly at: number
  /** Processor time of the process so far. **Units**: microseconds. */
  readonly cpu: number
  /** Rows written, each as often as it was. */
  readonly rows: number
  /** Dead letters, each once. */
  readonly deadLetters: number
  readonly done: number
}

/** What to watch. */
export interface Watched {
  /** The process, or several together. */
  readonly process: Pick<CandidateProcess, "cpuMicros">
  /** {@link FactTable.writes} before the process started. */
  readonly writesBefore: number
  readonly collector: DeadLetterCollector
}

/** Observes every `everyMillis` until something is done. **Errors**: throws after a minute without progress. */
export const pollUntil = async (
  { table }: Bench,
  { process, writesBefore, collector }: Watched,
  isReached: (seen: Observation) => boolean,
  everyMillis: number,
  soFar = ""
): Promise<Observation> => {
  const observe = async (): Promise<Observation> => {
    const rows = (await table.writes()) - writesBefore
    const deadLetters = collector.distinct.size
    return { at: performance.now(), cpu: process.cpuMicros(), rows, deadLetters, done: rows + deadLetters }
  }
  let seen = await observe()
  let progress = seen
  while (!isReached(seen)) {
    await delay(everyMillis)
    seen = await observe()
    if (seen.done > progress.done) progress = seen
    if (seen.at - progress.at > noProgressMillis) {
      throw new Error(`no progress for a minute: ${seen.rows} rows, ${seen.deadLetters} dead letters${soFar}`)
    }
  }
  return seen
}

/**
 * Waits until the table is as expected, and all dead letters are there; answers when that was first seen.
 *
 * A message that is delivered twice is written twice, and the counter takes it for one that is still to come: so the
 * table itself is read when the counter says that all is done, and while a row is wrong, more writes are waited for.
 */
export const pollUntilCorrect = async (
  bench: Bench,
  watched: Watched,
  expected: Expectation,
  rows: number
): Promise<Observation> => {
  const deadLetters = deadLetterCount(expected)
  let wanted = rows
  let soFar = ""
  for (;;) {
    const isDone = (seen: Observation) => seen.rows >= wanted && seen.deadLetters >= deadLetters
    const last = await bench.time.on("draining", () => pollUntil(bench, watched, isDone, pollMillis, soFar))
    const wrong = await bench.time.on("checking", () => wrongRows(bench.table, expected))
    if (wrong.length === 0) return last
    wanted = last.rows + wrong.length
    soFar = `; ${shownProblems(wrong)}`
  }
}

// One observation costs the server about a millisecond and a half.
const pollMillis = 40
const noProgressMillis = 60_000
