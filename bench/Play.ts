/** Starts the servers and plays the scenarios on them, one after another. */
import { Effect } from "effect"
import { threeNodes } from "../test/support/CassandraCluster.ts"
import { cassandraPlace, pubSubPlace } from "../test/support/RunningServices.ts"
import type { ServerError } from "../test/support/ServerProcess.ts"
import { amountsFor, type Bench, openBench, say } from "./Bench.ts"
import { loop } from "./Contender.ts"
import type { Findings } from "./Findings.ts"
import type { Options } from "./Options.ts"
import { oneNodeScenarios, type ScenarioName } from "./Plan.ts"
import { together } from "./Report.ts"
import { median } from "./Statistics.ts"
import { backlogScenario } from "./scenarios/Backlog.ts"
import { clusterScenario } from "./scenarios/Cluster.ts"
import { drainOrders, drainPayments, drainScenario, withoutGrace } from "./scenarios/Drain.ts"
import { produceScenario } from "./scenarios/Produce.ts"
import { startScenario } from "./scenarios/Start.ts"
import { type LoopRates, steadyScenario } from "./scenarios/Steady.ts"
import type { TimeSpent } from "./TimeSpent.ts"

/** What was found on some servers. */
export interface Played {
  readonly findings: Findings
  /** The version of Cassandra. */
  readonly cassandra: string
}

/** Plays what the options ask for: first what needs one node, then, when that is gone, what needs three. */
export const playAll = Effect.fnUntraced(function* (
  options: Options,
  time: TimeSpent
): Effect.fn.Return<ReadonlyArray<Played>, ServerError> {
  const played: Array<Played> = []
  if (oneNodeScenarios.some((name) => options.only.includes(name))) {
    played.push(yield* Effect.scoped(onOneNode(options, time)))
  }
  if (options.only.includes("cluster")) played.push(yield* Effect.scoped(onThreeNodes(options, time)))
  return played
})

const onOneNode = Effect.fnUntraced(function* (options: Options, time: TimeSpent) {
  say("starting the servers, or finding those the environment names")
  const started = Effect.all([cassandraPlace({}), pubSubPlace({})], { concurrency: 2 })
  const [cassandra, pubSub] = yield* timed(time, "starting servers", started)
  const servers = { ...cassandra, ...pubSub }
  // This process talks to the servers, too.
  Object.assign(process.env, servers)
  return yield* Effect.promise(async (): Promise<Played> => {
    const bench = await openBench(servers, options, time)
    const findings = await playOnOneNode(bench, options.only)
    const version = await bench.table.serverVersion()
    await bench.close()
    return { findings, cassandra: version }
  })
})

const onThreeNodes = Effect.fnUntraced(function* (options: Options, time: TimeSpent) {
  say("starting three nodes")
  const nodes = yield* timed(time, "starting servers", threeNodes({ heap: "768m" }))
  const pids = yield* Effect.forEach(nodes, ({ pid }) => pid)
  const [{ localDataCenter }] = nodes
  const contactPoints = nodes.map(({ address }) => address)
  return yield* Effect.promise(
    (): Promise<Played> =>
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

const timed = <A, E, R>(time: TimeSpent, kind: string, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    Effect.sync(() => time.start(kind)),
    (stop) => Effect.ensuring(effect, Effect.sync(stop))
  )

/** Plays these scenarios after a drain that only warms the servers. */
const playOnOneNode = async (bench: Bench, names: ReadonlyArray<ScenarioName>): Promise<Findings> => {
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
