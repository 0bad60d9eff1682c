/** One drain: a fresh process against a backlog that is there already, watched from outside. */
import { setTimeout as delay } from "node:timers/promises"
import type { Bench } from "./Bench.ts"
import { type Contender, type Settings, start } from "./Contender.ts"
import { DeadLetterTap } from "./DeadLetterTap.ts"
import { type Stage, subscriptionPath } from "./Stage.ts"

/** When a drain is over. */
export interface DrainGoal {
  readonly rows: number
  readonly deadLetters: number
}

/** What a drain took. */
export interface Drained {
  /** From the first effect seen to the last. */
  readonly messagesPerSecond: number
  /** Processor time of the process between the same two moments, by the messages between them. */
  readonly cpuMicrosPerMessage: number
  /** From the start of the process to the last effect. */
  readonly messagesPerSecondWithStart: number
  /** All processor time of the process up to the last effect, by all messages. */
  readonly cpuMicrosPerMessageWithStart: number
  /** **Units**: bytes. */
  readonly peakResidentBytes: number
  readonly letters: ReadonlyArray<Buffer>
}

// One look costs the server about a millisecond and a half.
const firstLookMillis = 10
const lookMillis = 40
const patienceMillis = 60_000

/** Starts the contender and waits until all rows are written and all dead letters are there; then stops it. */
export const drain = async (
  bench: Bench,
  contender: Contender,
  stage: Stage,
  goal: DrainGoal,
  settings: Settings
): Promise<Drained> => {
  const tap = new DeadLetterTap(bench.access, subscriptionPath(bench.access, stage.dlqSubscription))
  const writesBefore = await bench.table.writes()
  const process = start(contender, bench.place, stage, settings)
  const look = async (): Promise<Look> => {
    const rows = (await bench.table.writes()) - writesBefore
    const deadLetters = tap.letters.size
    return { at: performance.now(), cpu: process.cpuMicros(), rows, deadLetters, done: rows + deadLetters }
  }
  const first = await bench.time.on("starting", () =>
    lookUntil(look, ({ done }) => done > 0, firstLookMillis)
  )
  const isDone = ({ rows, deadLetters }: Look) => rows >= goal.rows && deadLetters >= goal.deadLetters
  const last = await bench.time.on("draining", () => lookUntil(look, isDone, lookMillis))
  const peakResidentBytes = process.peakResidentBytes()
  await bench.time.on("stopping", () => process.stop())
  tap.close()
  const total = goal.rows + goal.deadLetters
  const between = total - first.done
  return {
    messagesPerSecond: between / ((last.at - first.at) / 1000),
    cpuMicrosPerMessage: (last.cpu - first.cpu) / between,
    messagesPerSecondWithStart: total / ((last.at - process.startedAt) / 1000),
    cpuMicrosPerMessageWithStart: last.cpu / total,
    peakResidentBytes,
    letters: [...tap.letters.values()]
  }
}

/** What was seen at one moment. */
interface Look {
  readonly at: number
  readonly cpu: number
  readonly rows: number
  readonly deadLetters: number
  readonly done: number
}

const lookUntil = async (
  look: () => Promise<Look>,
  isReached: (seen: Look) => boolean,
  everyMillis: number
): Promise<Look> => {
  let seen = await look()
  let progress = seen
  while (!isReached(seen)) {
    await delay(everyMillis)
    seen = await look()
    if (seen.done > progress.done) progress = seen
    if (seen.at - progress.at > patienceMillis) {
      throw new Error(`no progress for a minute: ${seen.rows} rows and ${seen.deadLetters} dead letters`)
    }
  }
  return seen
}
