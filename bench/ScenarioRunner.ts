/** Runs the scenarios, one after another, on the servers that they need. */
import { Effect } from "effect"
import { threeNodes } from "../test/support/CassandraCluster.ts"
import type { ServerError } from "../test/support/ServerProcess.ts"
import { openBench, type ScenarioBench } from "./Bench.ts"
import { counterfoilAsInstalled, counterfoilFromSources, loop, loopAgain, withoutGrace } from "./Candidate.ts"
import { drainOrders, drainPayments } from "./DrainPhase.ts"
import { type Findings, together } from "./Findings.ts"
import { root } from "./Folders.ts"
import { amountsFor, type ScenarioOptions } from "./Options.ts"
import type { ScenarioName } from "./Plan.ts"
import { say } from "./Screen.ts"
import { oneNode, timed } from "./Servers.ts"
import { median } from "./Statistics.ts"
import { backlogScenario } from "./scenarios/Backlog.ts"
import { clusterScenario } from "./scenarios/Cluster.ts"
import { drainScenario } from "./scenarios/Drain.ts"
import { memoryScenario } from "./scenarios/Memory.ts"
import { produceScenario } from "./scenarios/Produce.ts"
import { progressScenario } from "./scenarios/ProgressTable.ts"
import { quietScenario } from "./scenarios/Quiet.ts"
import { scaleScenario } from "./scenarios/Scale.ts"
import { startScenario } from "./scenarios/Start.ts"
import { type LoopRates, steadyScenario } from "./scenarios/Steady.ts"
import type { TimeSpent } from "./TimeSpent.ts"

/** What was found on some servers. */
export interface ServerFindings {
  readonly findings: Findings
  /** The version of Cassandra. */
  readonly cassandra: string
}

/** Runs what the options ask for: first what needs one node, then, when that has ended, what needs three. */
export const runScenarios = Effect.fnUntraced(function* (
  options: ScenarioOptions,
  time: TimeSpent
): Effect.fn.Return<ReadonlyArray<ServerFindings>, ServerError> {
  const found: Array<ServerFindings> = []
  if (options.only.some((name) => name !== "cluster")) {
    found.push(yield* Effect.scoped(onOneNode(options, time)))
  }
  if (options.only.includes("cluster")) found.push(yield* Effect.scoped(onThreeNodes(options, time)))
  return found
})

const onOneNode = Effect.fnUntraced(function* (options: ScenarioOptions, time: TimeSpent) {
  const servers = yield* oneNode(time)
  return yield* Effect.promise(async (): Promise<ServerFindings> => {
    const bench = await openBench(
      {
        servers,
        keyspace: "counterfoil_bench",
        setUpBy: root,
        nodeOptions: options.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profile}`],
        amounts: amountsFor(options)
      },
      time
    )
    const own = options.profile === undefined ? counterfoilAsInstalled() : counterfoilFromSources()
    const other = options.isSelf ? loopAgain : own
    const findings = await runOnOneNode({ ...bench, candidates: [loop, other] }, options.only)
    const version = await bench.table.serverVersion()
    await bench.close()
    return { findings, cassandra: version }
  })
})

const onThreeNodes = Effect.fnUntraced(function* (options: ScenarioOptions, time: TimeSpent) {
  say("starting three nodes")
  const nodes = yield* timed(time, "starting servers", threeNodes({ heap: "768m" }))
  const pids = yield* Effect.forEach(nodes, ({ pid }) => pid)
  const [{ localDataCenter }] = nodes
  const contactPoints = nodes.map(({ address }) => address)
  return yield* Effect.promise(
    (): Promise<ServerFindings> =>
      clusterScenario({
        contactPoints,
        localDataCenter,
        pids,
        amounts: amountsFor(options),
        isSelf: options.isSelf,
        time
      })
  )
})

/** Runs these scenarios after a drain that only warms the servers. */
const runOnOneNode = async (bench: ScenarioBench, names: ReadonlyArray<ScenarioName>): Promise<Findings> => {
  if (bench.amounts.warmUp > 0) {
    say("warming the servers")
    await drainOrders(bench, loop, bench.amounts.warmUp)
  }
  const found: Array<Findings> = []
  if (names.includes("drain")) found.push(await drainScenario(bench))
  if (names.includes("steady")) {
    found.push(await steadyScenario(bench, ratesIn(together(found)) ?? (await drainLoopOnce(bench))))
  }
  if (names.includes("quiet")) found.push(await quietScenario(bench))
  if (names.includes("backlog")) found.push(await backlogScenario(bench))
  if (names.includes("start")) found.push(await startScenario(bench))
  if (names.includes("produce")) found.push(await produceScenario(bench))
  if (names.includes("scale")) found.push(await scaleScenario(bench))
  if (names.includes("progress")) found.push(await progressScenario(bench))
  if (names.includes("memory")) found.push(await memoryScenario(bench))
  return together(found)
}

const ratesIn = ({ measured }: Findings): LoopRates | undefined => {
  const rateOf = (stream: string) =>
    measured.find(({ id }) => id === `drain.${stream}.rate of ${loop.name}`)?.values
  const orders = rateOf("orders")
  const payments = rateOf("payments")
  return orders && payments && { orders: median(orders), payments: median(payments) }
}

const drainLoopOnce = async (bench: ScenarioBench): Promise<LoopRates> => {
  say("finding the loop's rates")
  const orders = await drainOrders(bench, loop, bench.amounts.drain)
  const payments = await drainPayments(bench, loop, bench.amounts.unmatchedEvery, withoutGrace)
  return { orders: orders.messagesPerSecond, payments: payments.messagesPerSecond }
}
