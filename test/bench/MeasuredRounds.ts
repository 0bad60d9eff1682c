/** Rounds as a comparison of two commits measures them. */
import type { MeasuredRound } from "../../bench/comparison/RoundFile.ts"
import type { Drained } from "../../bench/DrainPhase.ts"
import type { ComparedStream } from "../../bench/Plan.ts"

/** A round in which the working tree used `cpuRatio` times the processor time of the commit, at half its rate. */
export const measuredRound = (stream: ComparedStream, round: number, cpuRatio: number): MeasuredRound => ({
  stream,
  round,
  before: [drained(20, 30_000), drained(20, 30_000)],
  after: [drained(20 * cpuRatio, 15_000), drained(20 * cpuRatio, 15_000)],
  at: "2024-01-21T00:00:00.000Z",
  cassandra: "5.0.8"
})

/** One drain. */
export const drained = (cpuMicrosPerMessage: number, messagesPerSecond: number): Drained => ({
  cpuMicrosPerMessage,
  cpuMicrosPerMessageWithStart: 2 * cpuMicrosPerMessage,
  messagesPerSecond,
  messagesPerSecondWithStart: messagesPerSecond / 2,
  peakResidentBytes: 2 ** 28
})
