/** One drain: a fresh process against a backlog that is there already, watched from outside. */
import type { Bench } from "./Bench.ts"
import { type Contender, type Settings, start } from "./Contender.ts"
import { DeadLetterTap } from "./DeadLetterTap.ts"
import { lookUntil, lookUntilRight } from "./Progress.ts"
import { checkLetters, deadLettersOf, type Expectation } from "./Reader.ts"
import { type Stage, subscriptionPath } from "./Stage.ts"

/** When a drain is over. */
export interface DrainGoal {
  /** Rows it has to write; more, where a message is delivered twice. */
  readonly rows: number
  readonly expected: Expectation
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
}

const firstLookMillis = 10

/** Starts the contender, waits until all rows are right and all dead letters are there, stops it and checks the rest. */
export const drain = async (
  bench: Bench,
  contender: Contender,
  stage: Stage,
  { rows, expected }: DrainGoal,
  settings: Settings
): Promise<Drained> => {
  const tap = new DeadLetterTap(bench.access, subscriptionPath(bench.access, stage.dlqSubscription))
  const writesBefore = await bench.table.writes()
  const process = start(contender, bench.place, stage, settings)
  const watched = { process, writesBefore, tap }
  const first = await bench.time.on("starting", () =>
    lookUntil(bench, watched, ({ done }) => done > 0, firstLookMillis)
  )
  const last = await lookUntilRight(bench, watched, expected, rows)
  const peakResidentBytes = process.peakResidentBytes()
  await bench.time.on("stopping", () => process.stop())
  tap.close()
  await checkLetters(bench, stage, tap.distinct, expected)
  const total = rows + deadLettersOf(expected)
  const between = total - first.done
  return {
    messagesPerSecond: between / ((last.at - first.at) / 1000),
    cpuMicrosPerMessage: (last.cpu - first.cpu) / between,
    messagesPerSecondWithStart: total / ((last.at - process.startedAt) / 1000),
    cpuMicrosPerMessageWithStart: last.cpu / total,
    peakResidentBytes
  }
}
