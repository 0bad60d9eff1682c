/** What a full run must show; its exit status says whether it does. */
import type { Findings, Series } from "./Findings.ts"
import { type Estimate, estimate } from "./Statistics.ts"

/** One thing a run must show. */
export interface Threshold {
  /** The series that it is about. */
  readonly id: string
  readonly title: string
  /** Which number of the series is judged: the median, or an end of its 90 % interval. */
  readonly judged: keyof Pick<Estimate, "median" | "low" | "high">
  readonly relation: "at most" | "at least"
  readonly limit: number
  /** What is hoped for beyond it; reported, not required. */
  readonly goal?: number
}

/** How a run did at one threshold. */
export interface Verdict extends Threshold {
  readonly found: number
  readonly holds: boolean
  /** The goal, too. The median is what it is compared with. */
  readonly reachesGoal: boolean | undefined
}

/**
 * Runs with fewer rounds are not judged. **Units**: rounds.
 *
 * Five is the smallest number whose least and greatest value enclose the true median with 90 % confidence.
 */
export const leastRoundsJudged = 5

/**
 * How much more processor time per message the working tree may use than the commit it is compared with. **Units**: ×.
 *
 * Three percent: ten changes that cost this much each make a message a third dearer, so what costs more needs a reason;
 * less would ask for more than the clock tick and the noise of a machine let sixteen rounds show.
 */
export const mostCpuOfCommit = 1.03

/**
 * Comparisons of two commits with smaller drains are not judged. **Units**: messages.
 *
 * Linux counts processor time in ticks of 10 ms. A drain of 40,000 takes at least 25 µs each, a second in all, so that
 * a tick is one percent.
 */
export const leastMessagesCompared = 40_000

/** Everything a full run must show. */
export const thresholds: ReadonlyArray<Threshold> = [
  atMost("drain.orders.cpu", "drain: processor time per order by the loop's", "high", 0.85),
  atMost("drain.payments.cpu", "drain: processor time per payment by the loop's", "high", 0.75),
  atLeast("drain.orders.rate", "drain: orders a second by the loop's", "low", 0.95, 1.05),
  atLeast("drain.payments.rate", "drain: payments a second by the loop's", "low", 0.95, 1.2),
  atMost(
    "steady.orders.receipt.p99",
    "steady: orders, p99 from receipt to durable by the loop's",
    "median",
    1.25
  ),
  atMost(
    "steady.payments.receipt.p99",
    "steady: payments, p99 from receipt to durable by the loop's",
    "median",
    1.25
  ),
  ...[200, 1_000].flatMap((perSecond) => [
    atMost(
      `quiet.${perSecond}.cpu`,
      `quiet: processor time at ${perSecond} messages a second by the loop's`,
      "median",
      // One acknowledgement costs a client of gRPC 0.9 ms alone: decision 0028.
      1.25,
      0.7
    ),
    ...(["orders", "payments"] as const).map((stream) =>
      atMost(
        `quiet.${perSecond}.${stream}.receipt.p99`,
        `quiet: ${stream} at ${perSecond} a second, p99 from receipt to durable by the loop's`,
        "median",
        1.25
      )
    )
  ]),
  atMost(
    "backlog.growth",
    "backlog: peak of memory with the large backlog by that with the small one",
    "median",
    1.1
  ),
  atMost("backlog.large", "backlog: peak of memory with the large backlog by the loop's", "median", 1),
  atMost("start.allowed", "start: first row by the loop's + 0.3 s", "median", 1),
  ...([2, 4] as const).map((size) =>
    atMost(
      `scale.${size}.cpu`,
      `scale: processor time per message of ${size} processes by that of one`,
      "median",
      // They share two processors with the servers: docs/scaling.md.
      1.6,
      1.1
    )
  ),
  atMost("memory.256.growth", "memory: peak in 256 MiB, large / small backlog", "median", 1.1),
  atLeast("produce.rate", "produce: messages a second", "median", 30_000),
  ...([3, 1] as const).flatMap((copies) =>
    (["orders", "payments"] as const).map((stream) =>
      atLeast(
        `cluster.r${copies}.${stream}.rate`,
        `cluster, replication ${copies}: ${stream} a second in batches by those row by row`,
        "low",
        0.95
      )
    )
  )
]

/** Judges what was found; a threshold whose scenario was not run is left out. */
export const judge = (findings: Findings): ReadonlyArray<Verdict> =>
  thresholds.flatMap((threshold) => {
    const series = [...findings.ratios, ...findings.measured].find(({ id }) => id === threshold.id)
    return series === undefined ? [] : [verdictOn(threshold, series)]
  })

const verdictOn = (threshold: Threshold, { values }: Series): Verdict => {
  const estimated = estimate(values)
  const found = estimated[threshold.judged]
  const { goal } = threshold
  return {
    ...threshold,
    found,
    holds: keeps(threshold, found, threshold.limit),
    reachesGoal: goal === undefined ? undefined : keeps(threshold, estimated.median, goal)
  }
}

// What could not be found keeps nothing: every comparison with NaN is false.
const keeps = ({ relation }: Threshold, found: number, limit: number): boolean =>
  relation === "at most" ? found <= limit : found >= limit

type Bound = readonly [id: string, title: string, judged: Threshold["judged"], limit: number, goal?: number]

function atMost(...bound: Bound): Threshold {
  return bounded("at most", bound)
}

function atLeast(...bound: Bound): Threshold {
  return bounded("at least", bound)
}

function bounded(relation: Threshold["relation"], [id, title, judged, limit, goal]: Bound): Threshold {
  return { id, title, judged, relation, limit, ...(goal === undefined ? {} : { goal }) }
}
