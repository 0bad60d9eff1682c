/** How much of everything a run does. */

/** The scenarios on one node, in the order they are run; quick runs have these. */
export const oneNodeScenarios = ["drain", "steady", "quiet", "backlog", "start", "produce", "scale"] as const

/** All scenarios; `cluster` starts three nodes of its own, and `memory` and `progress` say nothing when they are quick. */
export const scenarioNames = [...oneNodeScenarios, "memory", "progress", "cluster"] as const

/** One of {@link scenarioNames}. */
export type ScenarioName = (typeof scenarioNames)[number]

/**
 * What is drained when two commits are compared: orders; payments of which some match no order and become dead letters
 * at once; and payments that all match, with the default grace.
 */
export const comparedStreams = ["orders", "payments", "matched"] as const

/** One of {@link comparedStreams}. */
export type ComparedStream = (typeof comparedStreams)[number]

/** Those that are compared unless the command line names others. */
export const defaultStreams: ReadonlyArray<ComparedStream> = ["orders", "payments"]

/** How much of everything. */
export interface Amounts {
  readonly rounds: Readonly<Record<ScenarioName, number>>
  /** Messages drained before anything is measured, so that the servers are warm. */
  readonly warmUp: number
  /** Orders, and as many payments, of one drain. */
  readonly drain: number
  /** Every how many payments one matches no order. */
  readonly unmatchedEvery: number
  readonly steadySeconds: number
  /** Seconds at the same pace before them, which count for nothing. */
  readonly steadyWarmUpSeconds: number
  /** Messages a second, of both streams together, at which next to nothing is to be done. */
  readonly quietPaces: ReadonlyArray<number>
  readonly quietSeconds: number
  /** What goes before them and counts for nothing. */
  readonly quietWarmUpPerSecond: number
  readonly quietWarmUpSeconds: number
  /** The two backlogs whose peak of memory is compared. */
  readonly backlogs: readonly [number, number]
  /** Orders, and as many payments, for each of 1, 2 and 4 processes that share them; and how many before, to warm up. */
  readonly scale: { readonly count: number; readonly warmUp: number }
  /** Orders, and as many payments, that `produce` publishes. */
  readonly produce: number
  /** Orders, and as many payments, written to the cluster by each candidate of a round. */
  readonly cluster: number
}

/** What is judged: about an hour. Sixteen rounds of drain let four outliers at each end be left aside. */
export const full: Amounts = {
  rounds: {
    drain: 16,
    steady: 5,
    quiet: 5,
    backlog: 5,
    start: 5,
    produce: 5,
    scale: 5,
    memory: 3,
    progress: 3,
    cluster: 5
  },
  warmUp: 20_000,
  drain: 60_000,
  unmatchedEvery: 10,
  steadySeconds: 60,
  steadyWarmUpSeconds: 5,
  quietPaces: [200, 1_000],
  quietSeconds: 60,
  quietWarmUpPerSecond: 1_000,
  quietWarmUpSeconds: 20,
  backlogs: [20_000, 200_000],
  scale: { count: 40_000, warmUp: 15_000 },
  produce: 150_000,
  cluster: 20_000
}

/** What only shows that it works: under three minutes, servers included. */
export const quick: Amounts = {
  rounds: {
    drain: 1,
    steady: 1,
    quiet: 1,
    backlog: 1,
    start: 1,
    produce: 1,
    scale: 1,
    memory: 1,
    progress: 1,
    cluster: 1
  },
  warmUp: 0,
  // More than are stored between two looks, on a machine that has other things to do.
  drain: 12_000,
  unmatchedEvery: 10,
  steadySeconds: 4,
  steadyWarmUpSeconds: 1,
  quietPaces: [200],
  quietSeconds: 3,
  quietWarmUpPerSecond: 1_000,
  quietWarmUpSeconds: 1,
  backlogs: [2_000, 6_000],
  scale: { count: 2_000, warmUp: 1_000 },
  produce: 5_000,
  cluster: 2_000
}

/** Rounds of a comparison of two commits: about half an hour; four outliers at each end can be left aside. */
export const comparisonRounds = 16
