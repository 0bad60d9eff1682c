/** What the rounds of a comparison say: ratios of the working tree to the commit, and whether they hold. */
import type { Drained } from "../DrainPhase.ts"
import type { Series } from "../Findings.ts"
import type { ComparedStream } from "../Plan.ts"
import { estimate } from "../Statistics.ts"
import { mostCpuOfCommit } from "../Thresholds.ts"
import type { MeasuredRound } from "./RoundFile.ts"

/** Whether the true median is within its limit, as far as the interval shows. */
export type Verdict = "holds" | "exceeded" | "undecided"

/** The ratios of one stream. */
export interface StreamRatios {
  readonly stream: ComparedStream
  /** Processor time per message, working tree / commit. */
  readonly cpu: Series
  /** Messages a second, working tree / commit. */
  readonly rate: Series
}

/**
 * One ratio a round, in the order of the rounds.
 *
 * The drains of a round that one Counterfoil did count as one: processor time and time are added up, not their ratios.
 */
export const ratiosOf = (rounds: ReadonlyArray<MeasuredRound>, stream: ComparedStream): StreamRatios => {
  const ofStream = rounds.filter((one) => one.stream === stream).toSorted((a, b) => a.round - b.round)
  const series = (id: string, title: string, of: (drained: ReadonlyArray<Drained>) => number): Series => ({
    id: `${stream}.${id}`,
    title: `${stream}: ${title}`,
    unit: "×",
    values: ofStream.map(({ before, after }) => of(after) / of(before))
  })
  return {
    stream,
    cpu: series("cpu", "processor time per message", cpuOf),
    rate: series("rate", "messages a second", rateOf)
  }
}

/** Processor time per message of several drains of as many messages each. **Units**: microseconds. */
export const cpuOf = (drains: ReadonlyArray<Drained>): number =>
  mean(drains.map(({ cpuMicrosPerMessage }) => cpuMicrosPerMessage))

/** Messages a second of several drains of as many messages each, one after the other. */
export const rateOf = (drains: ReadonlyArray<Drained>): number =>
  1 / mean(drains.map(({ messagesPerSecond }) => 1 / messagesPerSecond))

/**
 * Judges ratios of processor time by the whole interval of their median.
 *
 * It holds when all of the interval is within {@link mostCpuOfCommit}, and is exceeded when none of it is. In between
 * nothing is decided: more rounds make the interval narrower.
 */
export const cpuVerdict = (ratios: ReadonlyArray<number>): Verdict => {
  const { low, high } = estimate(ratios)
  if (high <= mostCpuOfCommit) return "holds"
  return low > mostCpuOfCommit ? "exceeded" : "undecided"
}

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
