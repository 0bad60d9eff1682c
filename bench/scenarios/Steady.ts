/** *steady*: how long a message takes while both streams flow at half of what the loop can drain. */
import { candidatesOf, type ScenarioBench } from "../Bench.ts"
import { withoutGrace } from "../Candidate.ts"
import { type Findings, Measurements } from "../Findings.ts"
import { streamNames } from "../Samples.ts"
import { say } from "../Screen.ts"
import { percentile } from "../Statistics.ts"
import { type FlowPlan, flowThrough, type Pace } from "../SteadyFlow.ts"

/** How many of each the loop drains in a second. */
export interface LoopRates {
  readonly orders: number
  readonly payments: number
}

/** Publishes both streams at a steady pace and measures how long each message took. */
export const steadyScenario = async (bench: ScenarioBench, loopRates: LoopRates): Promise<Findings> => {
  const measurements = new Measurements("steady", quantities)
  const plan = planOf(bench, loopRates)
  for (let round = 0; round < bench.amounts.rounds.steady; round++) {
    for (const candidate of candidatesOf(bench, round)) {
      const flow = await bench.withTopics((topics) => flowThrough(bench, candidate, topics, plan))
      measurements.record(candidate.name, "cpu", flow.cpuMicrosPerMessage)
      for (const stream of streamNames) {
        const samples = flow.samples[stream]
        const fromReceipt = samples.map(({ receivedAt, durableAt }) => durableAt - receivedAt)
        const fromPublish = samples.map(({ publishedAt, durableAt }) => durableAt - publishedAt)
        measurements.record(candidate.name, `${stream}.receipt.p50`, percentile(fromReceipt, 0.5))
        measurements.record(candidate.name, `${stream}.receipt.p99`, percentile(fromReceipt, 0.99))
        measurements.record(candidate.name, `${stream}.publish.p50`, percentile(fromPublish, 0.5))
        measurements.record(candidate.name, `${stream}.publish.p99`, percentile(fromPublish, 0.99))
        say(
          `steady, round ${round + 1}, ${candidate.name}: ${samples.length} ${stream}, receipt to durable p99 ${percentile(fromReceipt, 0.99).toFixed(1)} ms`
        )
      }
    }
  }
  const [base, other] = bench.candidates
  const paces = streamNames.map((stream) => ({
    id: `steady.pace.${stream}`,
    title: `steady: pace of ${stream}`,
    unit: "messages/s",
    values: [plan.measured[stream] / plan.measured.seconds]
  }))
  return {
    measured: [...paces, ...measurements.measured([base.name, other.name])],
    ratios: measurements.ratios(base.name, other.name)
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

// Each stream gets half of the machine, and of that half again.
const planOf = ({ amounts }: ScenarioBench, rates: LoopRates): FlowPlan => {
  const during = (seconds: number): Pace => ({
    seconds,
    orders: Math.round((rates.orders / 4) * seconds),
    payments: Math.round((rates.payments / 4) * seconds)
  })
  return {
    warmUp: during(amounts.steadyWarmUpSeconds),
    measured: during(amounts.steadySeconds),
    unmatchedEvery: amounts.unmatchedEvery,
    settings: withoutGrace
  }
}
