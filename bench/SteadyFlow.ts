/** One steady flow: a fresh process that is given both streams at a pace, each message watched by the probe. */
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Bench } from "./Bench.ts"
import type { Candidate, Settings } from "./Candidate.ts"
import { start } from "./CandidateProcess.ts"
import { DeadLetterCollector } from "./DeadLetterCollector.ts"
import { pollUntil, pollUntilCorrect } from "./Progress.ts"
import { type Load, publishAll, publishPaced } from "./Publish.ts"
import { checkDeadLetters, deadLetterCount, type Expectation } from "./ResultCheck.ts"
import { decodeSamples, type Sample, type Samples } from "./Samples.ts"
import { subscriptionPath, type Topics, topicPath } from "./Topics.ts"
import { bytesOf, orderOf, paymentOf } from "./Traffic.ts"

/** Messages of each stream, and the seconds in which they are published. */
export interface Pace {
  readonly seconds: number
  readonly orders: number
  readonly payments: number
}

/** What flows, and how it is consumed. */
export interface FlowPlan {
  /** What counts for nothing: it goes first. */
  readonly warmUp: Pace
  readonly measured: Pace
  /** Every how many payments one matches no order; 0: none. */
  readonly unmatchedEvery: number
  readonly settings: Settings
}

/** What a flow took, without its first seconds. */
export interface Flow {
  readonly cpuMicrosPerMessage: number
  /** Processor time of the process. **Units**: a share of one core. */
  readonly coreShare: number
  readonly samples: Samples
}

const firstPollMillis = 100

/** Lets both streams flow through the candidate, and checks every row. */
export const flowThrough = async (
  bench: Bench,
  candidate: Candidate,
  topics: Topics,
  plan: FlowPlan
): Promise<Flow> => {
  const { access, table, time } = bench
  await time.on("emptying the table", () => table.truncate())
  const payments = plan.warmUp.payments + plan.measured.payments
  await time.on("seeding", () => table.seed(1, payments))
  const collector = new DeadLetterCollector(access, subscriptionPath(access, topics.dlqSubscription))
  const writesBefore = await table.writes()
  const probe = join(bench.launch.logs, `probe-${topics.ordersTopic}`)
  mkdirSync(bench.launch.logs, { recursive: true })
  const process = start(candidate, bench.launch, topics, { ...plan.settings, probe })
  const watched = { process, writesBefore, collector }
  const { first, warmUp, measured, expected } = trafficOf(bench, topics, plan)
  await publishAll(access, first)
  await time.on("starting", () => pollUntil(bench, watched, ({ rows }) => rows > 0, firstPollMillis))

  const publish = (loads: ReadonlyArray<Load>, { seconds }: Pace) =>
    Promise.all(loads.map((load) => publishPaced(access, load, seconds)))
  const { cpuMicros, measuredFrom } = await time.on("flowing", async () => {
    await publish(warmUp, plan.warmUp)
    const measuredFrom = Date.now()
    const before = process.cpuMicros()
    await publish(measured, plan.measured)
    return { cpuMicros: process.cpuMicros() - before, measuredFrom }
  })
  const rows = { orders: expected.orders - payments, payments: payments - deadLetterCount(expected) }
  await pollUntilCorrect(bench, watched, expected, rows.orders + rows.payments)
  await time.on("stopping", () => process.stop())
  collector.close()
  await checkDeadLetters(bench, topics, collector.distinct, expected)
  const samples = decodeSamples(readFileSync(probe))
  rmSync(probe)
  assertAllSeen(candidate, samples, rows)
  const isMeasured = ({ publishedAt }: Sample) => publishedAt >= measuredFrom
  return {
    cpuMicrosPerMessage: cpuMicros / (plan.measured.orders + plan.measured.payments),
    coreShare: cpuMicros / (plan.measured.seconds * 1_000_000),
    samples: { orders: samples.orders.filter(isMeasured), payments: samples.payments.filter(isMeasured) }
  }
}

/** Payments 1 … n are for orders that are there; the orders that flow have numbers above. */
const trafficOf = ({ access }: Bench, topics: Topics, { warmUp, measured, unmatchedEvery }: FlowPlan) => {
  const topic = {
    orders: topicPath(access, topics.ordersTopic),
    payments: topicPath(access, topics.paymentsTopic)
  }
  const ordersFrom = (first: number, count: number): Load => ({
    topic: topic.orders,
    first,
    count,
    bytes: (id) => bytesOf(orderOf(id))
  })
  const paymentsFrom = (first: number, count: number): Load => ({
    topic: topic.payments,
    first,
    count,
    bytes: (id) => bytesOf(paymentOf(id, unmatchedEvery))
  })
  const payments = warmUp.payments + measured.payments
  const firstOrder = payments + 1
  const expected: Expectation = {
    orders: payments + 1 + warmUp.orders + measured.orders,
    payments,
    unmatchedEvery
  }
  return {
    // One before the rest shows that the process is at work.
    first: ordersFrom(firstOrder, 1),
    warmUp: [ordersFrom(firstOrder + 1, warmUp.orders), paymentsFrom(1, warmUp.payments)],
    measured: [
      ordersFrom(firstOrder + 1 + warmUp.orders, measured.orders),
      paymentsFrom(1 + warmUp.payments, measured.payments)
    ],
    expected
  }
}

/** A latency of some messages only, those a probe happens to see, would be no answer. */
const assertAllSeen = (
  { name }: Candidate,
  samples: Samples,
  rows: Readonly<Record<keyof Samples, number>>
): void => {
  for (const stream of ["orders", "payments"] as const) {
    const seen = samples[stream].length
    if (seen < rows[stream]) {
      throw new Error(`the probe saw ${seen} of ${rows[stream]} ${stream} that ${name} wrote`)
    }
  }
}
