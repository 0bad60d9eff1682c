/** *drain*: how fast, and with how much processor time, a backlog that is there already becomes rows. */
import { type Bench, inTurn, say } from "../Bench.ts"
import type { Contender, Settings } from "../Contender.ts"
import { type Drained, drain } from "../DrainPhase.ts"
import { type Findings, Notes } from "../Findings.ts"
import { publishAll } from "../Publish.ts"
import { deadLettersOf, type Expectation } from "../Reader.ts"
import { topicPath } from "../Stage.ts"
import { bytesOf, orderOf, paymentOf } from "../Traffic.ts"

/** The payments of the original's semantics: no order now, dead letter now. */
export const withoutGrace: Settings = { PAYMENT_GRACE: "0" }

/**
 * Drains orders, then payments of which some match no order, then, with the default grace and rows seeded anew,
 * payments that all match.
 */
export const drainScenario = async (bench: Bench): Promise<Findings> => {
  const notes = new Notes("drain", quantities)
  for (let round = 0; round < bench.amounts.rounds.drain; round++) {
    for (const contender of inTurn(bench, round)) {
      const orders = await drainOrders(bench, contender, bench.amounts.drain)
      noteDrain(notes, contender, "orders", orders)
      const payments = await drainPayments(bench, contender, bench.amounts.unmatchedEvery, withoutGrace)
      noteDrain(notes, contender, "payments", payments)
      await bench.time.on("seeding", async () => {
        await bench.table.truncate()
        await bench.table.seed(1, bench.amounts.drain)
      })
      const graced = await drainPayments(bench, contender, 0, {})
      noteDrain(notes, contender, "graced", graced)
      say(
        `drain, round ${round + 1}, ${contender.name}: orders ${shown(orders)}; payments ${shown(payments)}; all matched ${shown(graced)}`
      )
    }
  }
  const [base, other] = bench.contenders
  return { measured: notes.measured([base.name, other.name]), ratios: notes.ratios(base.name, other.name) }
}

/** Empties the table, publishes orders 1 … `count`, drains and checks them. */
export const drainOrders = async (bench: Bench, contender: Contender, count: number): Promise<Drained> => {
  await bench.time.on("emptying the table", () => bench.table.truncate())
  return bench.onStage(async (stage) => {
    const topic = topicPath(bench.access, stage.ordersTopic)
    const load = { topic, first: 1, count, bytes: (id: number) => bytesOf(orderOf(id)) }
    await bench.time.on("publishing", () => publishAll(bench.access, load))
    const expected = { orders: count, payments: 0, unmatchedEvery: 0 }
    return drain(bench, contender, stage, { rows: count, expected }, withoutGrace)
  })
}

/** Publishes as many payments as the table has orders, drains and checks them. */
export const drainPayments = (
  bench: Bench,
  contender: Contender,
  unmatchedEvery: number,
  settings: Settings
): Promise<Drained> =>
  bench.onStage(async (stage) => {
    const count = bench.amounts.drain
    const topic = topicPath(bench.access, stage.paymentsTopic)
    const bytes = (id: number) => bytesOf(paymentOf(id, unmatchedEvery))
    await bench.time.on("publishing", () => publishAll(bench.access, { topic, first: 1, count, bytes }))
    const expected: Expectation = { orders: count, payments: count, unmatchedEvery }
    return drain(bench, contender, stage, { rows: count - deadLettersOf(expected), expected }, settings)
  })

const quantities = {
  "orders.rate": { title: "orders", unit: "messages/s" },
  "orders.cpu": { title: "processor time per order", unit: "µs" },
  "orders.rate.start": { title: "orders, start-up included", unit: "messages/s" },
  "orders.cpu.start": { title: "processor time per order, start-up included", unit: "µs" },
  "payments.rate": { title: "payments, grace 0", unit: "messages/s" },
  "payments.cpu": { title: "processor time per payment, grace 0", unit: "µs" },
  "payments.rate.start": { title: "payments, grace 0, start-up included", unit: "messages/s" },
  "payments.cpu.start": { title: "processor time per payment, grace 0, start-up included", unit: "µs" },
  "graced.rate": { title: "payments, default grace, all matched", unit: "messages/s" },
  "graced.cpu": { title: "processor time per payment, default grace, all matched", unit: "µs" },
  "graced.rate.start": {
    title: "payments, default grace, all matched, start-up included",
    unit: "messages/s"
  },
  "graced.cpu.start": {
    title: "processor time per payment, default grace, all matched, start-up included",
    unit: "µs"
  }
}

const noteDrain = (
  notes: Notes<keyof typeof quantities>,
  { name }: Contender,
  what: "orders" | "payments" | "graced",
  drained: Drained
): void => {
  notes.note(name, `${what}.rate`, drained.messagesPerSecond)
  notes.note(name, `${what}.cpu`, drained.cpuMicrosPerMessage)
  notes.note(name, `${what}.rate.start`, drained.messagesPerSecondWithStart)
  notes.note(name, `${what}.cpu.start`, drained.cpuMicrosPerMessageWithStart)
}

const shown = ({ messagesPerSecond, cpuMicrosPerMessage }: Drained): string =>
  `${Math.round(messagesPerSecond)}/s at ${cpuMicrosPerMessage.toFixed(1)} µs`
