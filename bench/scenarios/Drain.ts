/** *drain*: how fast, and with how much processor time, a backlog that is there already becomes rows. */
import { candidatesOf, type ScenarioBench } from "../Bench.ts"
import { type Candidate, withoutGrace } from "../Candidate.ts"
import { type Drained, drainOrders, drainPayments, seedOrders } from "../DrainPhase.ts"
import { type Findings, Measurements } from "../Findings.ts"
import { say } from "../Screen.ts"

/**
 * Drains orders, then payments of which some match no order, then, with the default grace and rows seeded anew,
 * payments that all match.
 */
export const drainScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const measurements = new Measurements("drain", quantities)
  for (let round = 0; round < bench.amounts.rounds.drain; round++) {
    for (const candidate of candidatesOf(bench, round)) {
      const orders = await drainOrders(bench, candidate, bench.amounts.drain)
      recordDrain(measurements, candidate, "orders", orders)
      const payments = await drainPayments(bench, candidate, bench.amounts.unmatchedEvery, withoutGrace)
      recordDrain(measurements, candidate, "payments", payments)
      await seedOrders(bench)
      const graced = await drainPayments(bench, candidate, 0, {})
      recordDrain(measurements, candidate, "graced", graced)
      say(
        `drain, round ${round + 1}, ${candidate.name}: orders ${shown(orders)}; payments ${shown(payments)}; all matched ${shown(graced)}`
      )
    }
  }
  const [base, other] = bench.candidates
  return {
    measured: measurements.measured([base.name, other.name]),
    ratios: measurements.ratios(base.name, other.name)
  }
}

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

const recordDrain = (
  measurements: Measurements<keyof typeof quantities>,
  { name }: Candidate,
  what: "orders" | "payments" | "graced",
  drained: Drained
): void => {
  measurements.record(name, `${what}.rate`, drained.messagesPerSecond)
  measurements.record(name, `${what}.cpu`, drained.cpuMicrosPerMessage)
  measurements.record(name, `${what}.rate.start`, drained.messagesPerSecondWithStart)
  measurements.record(name, `${what}.cpu.start`, drained.cpuMicrosPerMessageWithStart)
}

const shown = ({ messagesPerSecond, cpuMicrosPerMessage }: Drained): string =>
  `${Math.round(messagesPerSecond)}/s at ${cpuMicrosPerMessage.toFixed(1)} µs`
