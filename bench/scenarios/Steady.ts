/** *steady*: how long a message takes while both streams flow at half of what the loop can drain. */
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { type Bench, inTurn, say } from "../Bench.ts"
import { type Contender, start } from "../Contender.ts"
import { type Findings, Notes } from "../Findings.ts"
import { type Load, publishPaced } from "../Publish.ts"
import { decodeSamples, type Sample, streamNames } from "../Samples.ts"
import { type Stage, topicPath } from "../Stage.ts"
import { percentile } from "../Statistics.ts"
import { bytesOf, orderOf, paymentOf, unmatchedAmong } from "../Traffic.ts"
import { withoutGrace } from "./Drain.ts"

/** How many of each the loop drains in a second. */
export interface LoopRates {
  readonly orders: number
  readonly payments: number
}

/** Publishes both streams at a steady pace and looks how long each message took. */
export const steadyScenario = async (bench: Bench, loopRates: LoopRates): Promise<Findings> => {
  const notes = new Notes("steady", quantities)
  const pace = paceOf(bench, loopRates)
  for (let round = 0; round < bench.amounts.rounds.steady; round++) {
    for (const contender of inTurn(bench, round)) {
      const flow = await bench.onStage((stage) => flowThrough(bench, contender, stage, pace))
      notes.note(contender.name, "cpu", flow.cpuMicrosPerMessage)
      for (const stream of streamNames) {
        const samples = flow.samples[stream]
        const fromReceipt = samples.map(({ receivedAt, durableAt }) => durableAt - receivedAt)
        const fromPublish = samples.map(({ publishedAt, durableAt }) => durableAt - publishedAt)
        notes.note(contender.name, `${stream}.receipt.p50`, percentile(fromReceipt, 0.5))
        notes.note(contender.name, `${stream}.receipt.p99`, percentile(fromReceipt, 0.99))
        notes.note(contender.name, `${stream}.publish.p50`, percentile(fromPublish, 0.5))
        notes.note(contender.name, `${stream}.publish.p99`, percentile(fromPublish, 0.99))
        say(
          `steady, round ${round + 1}, ${contender.name}: ${samples.length} ${stream}, receipt to durable p99 ${percentile(fromReceipt, 0.99).toFixed(1)} ms`
        )
      }
    }
  }
  const [base, other] = bench.contenders
  const paces = streamNames.map((stream) => ({
    id: `steady.pace.${stream}`,
    title: `steady: pace of ${stream}`,
    unit: "messages/s",
    values: [pace[stream] / pace.seconds]
  }))
  return {
    measured: [...paces, ...notes.measured([base.name, other.name])],
    ratios: notes.ratios(base.name, other.name)
  }
}

const quantities = {
  "orders.receipt.p50": { title: "orders, receipt to durable, p50", unit: "ms" },
  "orders.receipt.p99": { title: "orders, receipt to durable, p99", unit: "ms" },
  "orders.publish.p50": { title: "orders, publish to durable, p50", unit: "ms" },
  "orders.publish.p99": { title: "orders, publish to durable, p99", unit: "ms" },
  "payments.receipt.p50": { title: "payments, receipt to durable, p50", unit: "ms" },
  "payments.receipt.p99": { title: "payments, receipt to durable, p99", unit: "ms" },
  "payments.publish.p50": { title: "payments, publish to durable, p50", unit: "ms" },
  "payments.publish.p99": { title: "payments, publish to durable, p99", unit: "ms" },
  cpu: { title: "processor time per message, probe included", unit: "µs" }
}

/** Messages of each stream, and the seconds in which they are published. */
interface Pace extends LoopRates {
  readonly seconds: number
}

// Each stream gets half of the machine, and of that half again.
const paceOf = ({ amounts }: Bench, rates: LoopRates): Pace => {
  const seconds = amounts.steadyWarmUpSeconds + amounts.steadySeconds
  return {
    seconds,
    orders: Math.round((rates.orders / 4) * seconds),
    payments: Math.round((rates.payments / 4) * seconds)
  }
}

const flowThrough = async (bench: Bench, contender: Contender, stage: Stage, pace: Pace) => {
  const { access, table, amounts } = bench
  await table.truncate()
  // Payments 1 … n are for orders that are there; the orders that flow have numbers above.
  await table.seed(1, pace.payments)
  const writesBefore = await table.writes()
  const probe = join(bench.place.logs, `probe-${stage.ordersTopic}`)
  mkdirSync(bench.place.logs, { recursive: true })
  const process = start(contender, bench.place, stage, { ...withoutGrace, probe })
  const load = (topic: string, first: number, count: number, bytes: Load["bytes"]): Load => ({
    topic: topicPath(access, topic),
    first,
    count,
    bytes
  })
  await publishPaced(
    access,
    load(stage.ordersTopic, pace.payments + 1, 1, (id) => bytesOf(orderOf(id))),
    1
  )
  await until(process.assertAlive.bind(process), async () => (await table.writes()) > writesBefore)

  const orders = load(stage.ordersTopic, pace.payments + 2, pace.orders, (id) => bytesOf(orderOf(id)))
  const payments = load(stage.paymentsTopic, 1, pace.payments, (id) =>
    bytesOf(paymentOf(id, amounts.unmatchedEvery))
  )
  const startedAt = Date.now()
  const published = Promise.all([
    publishPaced(access, orders, pace.seconds),
    publishPaced(access, payments, pace.seconds)
  ])
  await delay(amounts.steadyWarmUpSeconds * 1000)
  const cpuBefore = process.cpuMicros()
  await published
  const cpu = process.cpuMicros() - cpuBefore
  const rows = 1 + pace.orders + pace.payments - unmatchedAmong(1, pace.payments, amounts.unmatchedEvery)
  await until(process.assertAlive.bind(process), async () => (await table.writes()) >= writesBefore + rows)
  await process.stop()

  const samples = decodeSamples(readFileSync(probe))
  rmSync(probe)
  const measuredFrom = startedAt + amounts.steadyWarmUpSeconds * 1000
  const isMeasured = ({ publishedAt }: Sample) => publishedAt >= measuredFrom
  return {
    cpuMicrosPerMessage: cpu / ((pace.orders + pace.payments) * (amounts.steadySeconds / pace.seconds)),
    samples: { orders: samples.orders.filter(isMeasured), payments: samples.payments.filter(isMeasured) }
  }
}

const patienceMillis = 60_000

const until = async (assertAlive: () => void, isReached: () => Promise<boolean>): Promise<void> => {
  const startedAt = performance.now()
  while (!(await isReached())) {
    assertAlive()
    if (performance.now() - startedAt > patienceMillis) throw new Error("not all rows came within a minute")
    await delay(100)
  }
}
