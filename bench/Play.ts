/** Plays the scenarios, one after another. */
import { type Bench, say } from "./Bench.ts"
import { loop } from "./Contender.ts"
import type { Findings } from "./Findings.ts"
import type { ScenarioName } from "./Plan.ts"
import { together } from "./Report.ts"
import { median } from "./Statistics.ts"
import { backlogScenario } from "./scenarios/Backlog.ts"
import { drainOrders, drainPayments, drainScenario, withoutGrace } from "./scenarios/Drain.ts"
import { produceScenario } from "./scenarios/Produce.ts"
import { startScenario } from "./scenarios/Start.ts"
import { type LoopRates, steadyScenario } from "./scenarios/Steady.ts"

/** Plays these scenarios after a drain that only warms the servers. */
export const play = async (bench: Bench, names: ReadonlyArray<ScenarioName>): Promise<Findings> => {
  if (bench.amounts.warmUp > 0) {
    say("warming the servers")
    await drainOrders(bench, loop, bench.amounts.warmUp)
  }
  const found: Array<Findings> = []
  if (names.includes("drain")) found.push(await drainScenario(bench))
  if (names.includes("steady")) {
    found.push(await steadyScenario(bench, ratesIn(together(found)) ?? (await drainLoopOnce(bench))))
  }
  if (names.includes("backlog")) found.push(await backlogScenario(bench))
  if (names.includes("start")) found.push(await startScenario(bench))
  if (names.includes("produce")) found.push(await produceScenario(bench))
  return together(found)
}

const ratesIn = ({ measured }: Findings): LoopRates | undefined => {
  const rateOf = (stream: string) =>
    measured.find(({ id }) => id === `drain.${stream}.rate of ${loop.name}`)?.values
  const orders = rateOf("orders")
  const payments = rateOf("payments")
  return orders && payments && { orders: median(orders), payments: median(payments) }
}

const drainLoopOnce = async (bench: Bench): Promise<LoopRates> => {
  say("finding the loop's rates")
  const orders = await drainOrders(bench, loop, bench.amounts.drain)
  const payments = await drainPayments(bench, loop, bench.amounts.unmatchedEvery, withoutGrace)
  return { orders: orders.messagesPerSecond, payments: payments.messagesPerSecond }
}
