/** One steady flow: a fresh process that is given both streams at a pace, each message watched by the probe. */
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import type { Bench } from "./Bench.ts"
import { type Contender, start } from "./Contender.ts"
import { DeadLetterTap } from "./DeadLetterTap.ts"
import { lookUntil, lookUntilRight } from "./Progress.ts"
import { type Load, publishAll, publishPaced } from "./Publish.ts"
import { checkLetters, deadLettersOf, type Expectation } from "./Reader.ts"
import { decodeSamples, type Sample, type Samples } from "./Samples.ts"
import { type Stage, subscriptionPath, topicPath } from "./Stage.ts"
import { withoutGrace } from "./scenarios/Drain.ts"
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

const firstLookMillis = 100

/** Lets both streams flow through the contender, and checks every row. */
export const flowThrough = async (
  bench: Bench,
  contender: Contender,
  stage: Stage,
  pace: Pace
): Promise<Flow> => {
  const { access, table, time } = bench
  await time.on("emptying the table", () => table.truncate())
  await time.on("seeding", () => table.seed(1, pace.payments))
  const tap = new DeadLetterTap(access, subscriptionPath(access, stage.dlqSubscription))
  const writesBefore = await table.writes()
  const probe = join(bench.place.logs, `probe-${stage.ordersTopic}`)
  mkdirSync(bench.place.logs, { recursive: true })
  const process = start(contender, bench.place, stage, { ...withoutGrace, probe })
  const watched = { process, writesBefore, tap }
  const { first, orders, payments, expected } = trafficOf(bench, stage, pace)
  await publishAll(access, first)
  await time.on("starting", () => lookUntil(bench, watched, ({ rows }) => rows > 0, firstLookMillis))

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
  const rows = { orders: 1 + pace.orders, payments: pace.payments - deadLettersOf(expected) }
  await lookUntilRight(bench, watched, expected, rows.orders + rows.payments)
  await time.on("stopping", () => process.stop())
  tap.close()
  await checkLetters(bench, stage, tap.distinct, expected)
  const samples = decodeSamples(readFileSync(probe))
  rmSync(probe)
  assertAllSeen(contender, samples, rows)
  const isMeasured = ({ publishedAt }: Sample) => publishedAt >= measuredFrom
  return {
    cpuMicrosPerMessage:
      cpuMicros / ((pace.orders + pace.payments) * (bench.amounts.steadySeconds / pace.seconds)),
    samples: { orders: samples.orders.filter(isMeasured), payments: samples.payments.filter(isMeasured) }
  }
}

/** Payments 1 … n are for orders that are there; the orders that flow have numbers above. */
const trafficOf = ({ access, amounts }: Bench, stage: Stage, pace: Pace) => {
  const order = (id: number) => bytesOf(orderOf(id))
  const payment = (id: number) => bytesOf(paymentOf(id, amounts.unmatchedEvery))
  const ordersTopic = topicPath(access, stage.ordersTopic)
  const paymentsTopic = topicPath(access, stage.paymentsTopic)
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
  { name }: Contender,
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
