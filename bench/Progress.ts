/** How far a contender is, seen from outside: by the table's own counter and by the dead letters that arrive. */
import { setTimeout as delay } from "node:timers/promises"
import type { Bench } from "./Bench.ts"
import type { Running } from "./Contender.ts"
import type { DeadLetterTap } from "./DeadLetterTap.ts"
import { deadLettersOf, type Expectation, shownProblems, wrongRows } from "./Reader.ts"

/** What was seen at one moment. */
export interface Look {
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
  readonly process: Running
  /** {@link FactTable.writes} before the process started. */
  readonly writesBefore: number
  readonly tap: DeadLetterTap
}

/** Looks until something is done, every `everyMillis`. **Errors**: throws after a minute without progress. */
export const lookUntil = async (
  { table }: Bench,
  { process, writesBefore, tap }: Watched,
  isReached: (seen: Look) => boolean,
  everyMillis: number,
  soFar = ""
): Promise<Look> => {
  const look = async (): Promise<Look> => {
    const rows = (await table.writes()) - writesBefore
    const deadLetters = tap.distinct.size
    return { at: performance.now(), cpu: process.cpuMicros(), rows, deadLetters, done: rows + deadLetters }
  }
  let seen = await look()
  let progress = seen
  while (!isReached(seen)) {
    await delay(everyMillis)
    seen = await look()
    if (seen.done > progress.done) progress = seen
    if (seen.at - progress.at > patienceMillis) {
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
export const lookUntilRight = async (
  bench: Bench,
  watched: Watched,
  expected: Expectation,
  rows: number
): Promise<Look> => {
  const letters = deadLettersOf(expected)
  let wanted = rows
  let soFar = ""
  for (;;) {
    const isDone = (seen: Look) => seen.rows >= wanted && seen.deadLetters >= letters
    const last = await bench.time.on("draining", () => lookUntil(bench, watched, isDone, lookMillis, soFar))
    const wrong = await bench.time.on("checking", () => wrongRows(bench.table, expected))
    if (wrong.length === 0) return last
    wanted = last.rows + wrong.length
    soFar = `; ${shownProblems(wrong)}`
  }
}

// One look costs the server about a millisecond and a half.
const lookMillis = 40
const patienceMillis = 60_000
