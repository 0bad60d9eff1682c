/** One steady flow: a fresh process that is given both streams at a pace, each message watched by the probe. */
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import type { Bench } from "./Bench.ts"
import { type Candidate, withoutGrace } from "./Candidate.ts"
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

/** What a flow took, without its first seconds. */
export interface Flow {
  readonly cpuMicrosPerMessage: number
  readonly samples: Samples
}

const firstPollMillis = 100

/** Lets both streams flow through the candidate, and checks every row. */
export const flowThrough = async (
  bench: Bench,
  candidate: Candidate,
  topics: Topics,
  pace: Pace
): Promise<Flow> => {
  const { access, table, time } = bench
  await time.on("emptying the table", () => table.truncate())
  await time.on("seeding", () => table.seed(1, pace.payments))
  const collector = new DeadLetterCollector(access, subscriptionPath(access, topics.dlqSubscription))
  const writesBefore = await table.writes()
  const probe = join(bench.launch.logs, `probe-${topics.ordersTopic}`)
  mkdirSync(bench.launch.logs, { recursive: true })
  const process = start(candidate, bench.launch, topics, { ...withoutGrace, probe })
  const watched = { process, writesBefore, collector }
  const { first, orders, payments, expected } = trafficOf(bench, topics, pace)
  await publishAll(access, first)
  await time.on("starting", () => pollUntil(bench, watched, ({ rows }) => rows > 0, firstPollMillis))

  const measuredFrom = Date.now() + bench.amounts.steadyWarmUpSeconds * 1000
  const cpuMicros = await time.on("flowing", async () => {
    const published = Promise.all([
      publishPaced(access, orders, pace.seconds),
      publishPaced(access, payments, pace.seconds)
    ])
    await delay(measuredFrom - Date.now())
    const before = process.cpuMicros()
    await published
    return process.cpuMicros() - before
  })
  const rows = { orders: 1 + pace.orders, payments: pace.payments - deadLetterCount(expected) }
  await pollUntilCorrect(bench, watched, expected, rows.orders + rows.payments)
  await time.on("stopping", () => process.stop())
  collector.close()
  await checkDeadLetters(bench, topics, collector.distinct, expected)
  const samples = decodeSamples(readFileSync(probe))
  rmSync(probe)
  assertAllSeen(candidate, samples, rows)
  const isMeasured = ({ publishedAt }: Sample) => publishedAt >= measuredFrom
  return {
    cpuMicrosPerMessage:
      cpuMicros / ((pace.orders + pace.payments) * (bench.amounts.steadySeconds / pace.seconds)),
    samples: { orders: samples.orders.filter(isMeasured), payments: samples.payments.filter(isMeasured) }
  }
}

/** Payments 1 … n are for orders that are there; the orders that flow have numbers above. */
const trafficOf = ({ access, amounts }: Bench, topics: Topics, pace: Pace) => {
  const order = (id: number) => bytesOf(orderOf(id))
  const payment = (id: number) => bytesOf(paymentOf(id, amounts.unmatchedEvery))
  const ordersTopic = topicPath(access, topics.ordersTopic)
  const paymentsTopic = topicPath(access, topics.paymentsTopic)
  const firstOrder = pace.payments + 1
  const expected: Expectation = {
    orders: pace.payments + 1 + pace.orders,
    payments: pace.payments,
    unmatchedEvery: amounts.unmatchedEvery
  }
  return {
    // One before the rest shows that the process is at work.
    first: { topic: ordersTopic, first: firstOrder, count: 1, bytes: order } satisfies Load,
    orders: { topic: ordersTopic, first: firstOrder + 1, count: pace.orders, bytes: order } satisfies Load,
    payments: { topic: paymentsTopic, first: 1, count: pace.payments, bytes: payment } satisfies Load,
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
