/** *quiet*: how much processor time a process takes while next to nothing is to be done. */
import { candidatesOf, type ScenarioBench } from "../Bench.ts"
import { type Findings, Measurements, together } from "../Findings.ts"
import { streamNames } from "../Samples.ts"
import { say } from "../Screen.ts"
import { percentile } from "../Statistics.ts"
import { type Flow, type FlowPlan, flowThrough, type Pace } from "../SteadyFlow.ts"

/**
 * Publishes both streams at each of a few low paces, with the default configuration. All payments match: a dead letter
 * is nothing that a quiet stream has many of.
 */
export const quietScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const found: Array<Findings> = []
  for (const perSecond of bench.amounts.quietPaces) found.push(await quietAt(bench, perSecond))
  return together(found)
}

const quietAt = async (bench: ScenarioBench, perSecond: number): Promise<Findings> => {
  const measurements = new Measurements(`quiet.${perSecond}`, quantities)
  for (let round = 0; round < bench.amounts.rounds.quiet; round++) {
    for (const candidate of candidatesOf(bench, round)) {
      const flow = await bench.withTopics((topics) =>
        flowThrough(bench, candidate, topics, planOf(bench, perSecond))
      )
      measurements.record(candidate.name, "cpu", flow.coreShare * 100)
      for (const stream of streamNames) {
        const fromReceipt = fromReceiptOf(flow, stream)
        measurements.record(candidate.name, `${stream}.receipt.p50`, percentile(fromReceipt, 0.5))
        measurements.record(candidate.name, `${stream}.receipt.p99`, percentile(fromReceipt, 0.99))
      }
      say(
        `quiet, ${perSecond}/s, round ${round + 1}, ${candidate.name}: ${(flow.coreShare * 100).toFixed(1)} % of a core, p99 of orders ${percentile(fromReceiptOf(flow, "orders"), 0.99).toFixed(1)} ms`
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
  cpu: { title: "processor time, probe included", unit: "% of a core" },
  "orders.receipt.p50": { title: "orders, receipt to durable, p50", unit: "ms" },
  "orders.receipt.p99": { title: "orders, receipt to durable, p99", unit: "ms" },
  "payments.receipt.p50": { title: "payments, receipt to durable, p50", unit: "ms" },
  "payments.receipt.p99": { title: "payments, receipt to durable, p99", unit: "ms" }
}

const fromReceiptOf = ({ samples }: Flow, stream: (typeof streamNames)[number]): ReadonlyArray<number> =>
  samples[stream].map(({ receivedAt, durableAt }) => durableAt - receivedAt)

/** A process that has run for a while has its code compiled: a short time of more traffic sees to that. */
const planOf = ({ amounts }: ScenarioBench, perSecond: number): FlowPlan => ({
  warmUp: paceOf(amounts.quietWarmUpPerSecond, amounts.quietWarmUpSeconds),
  measured: paceOf(perSecond, amounts.quietSeconds),
  unmatchedEvery: 0,
  settings: {}
})

const paceOf = (perSecond: number, seconds: number): Pace => {
  const each = Math.round((perSecond / 2) * seconds)
  return { seconds, orders: each, payments: each }
}
