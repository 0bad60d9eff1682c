/** Everything a scenario is run with: its deployment, proxies, processors and observer. */
import { Effect, type Scope } from "effect"
import { clientAddress } from "../support/CassandraCluster.ts"
import { type CassandraServer, localDataCenter } from "../support/CassandraServer.ts"
import { bin, until } from "../support/Counterfoil.ts"
import { type Deployment, makeDeployment } from "../support/Deployment.ts"
import { hasPrometheus, prometheusServer } from "../support/PrometheusServer.ts"
import { pubSubEmulator } from "../support/PubSubEmulator.ts"
import type { ServerError } from "../support/ServerProcess.ts"
import { cqlProxy } from "./CqlProxy.ts"
import { Observer } from "./Observer.ts"
import { makeProcessors } from "./Processors.ts"
import type { Scenario, ScenarioContext } from "./Scenario.ts"
import type { CassandraNodes, NodesNeeded, Servers } from "./Servers.ts"
import { missedSigns } from "./Signs.ts"
import { tcpProxy } from "./TcpProxy.ts"

/** How a scenario is run. */
export interface RunOptions {
  /** About so many. */
  readonly messages: number
  /** The `counterfoil` that is tried; this repository's by default. */
  readonly bin?: string
}

/** What a scenario is run with, and what was noted so far. */
export interface Prepared {
  readonly context: ScenarioContext
  /** What did not hold. */
  readonly unmet: ReadonlyArray<string>
  /** Whether its signs were looked for, if it has any. */
  readonly hasLooked: () => boolean
}

/** Prepares a scenario. `loaded`: the messages of its load. */
export const prepare = (
  scenario: Scenario,
  servers: Servers,
  loaded: number,
  options: RunOptions
): Effect.Effect<Prepared, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    const cassandra = yield* servers.cassandra(nodesNeeded(scenario))
    const proxies = yield* makeProxies(scenario, cassandra)
    const ownPubSub = scenario.ownPubSub === true ? yield* pubSubEmulator() : undefined
    const pubsub = ownPubSub?.address ?? servers.pubsub
    const { credentials } = cassandra
    const deployment = yield* makeDeployment(
      {
        pubsub,
        projectId: servers.projectId,
        cassandra: cassandra.address,
        dataCenter: localDataCenter,
        ...(credentials === undefined ? {} : { credentials })
      },
      { replication: scenario.replication ?? cassandra.replication, ...scenario.deployment }
    )
    const role = `role_${deployment.table.keyspace}`
    const login = credentials === undefined ? {} : yield* Effect.promise(() => makeRole(deployment, role))
    const toPubSub = yield* tcpProxy(pubsub)
    const { proxied = [] } = scenario
    const environment = {
      ...deployment.environment,
      ...login,
      ...(proxied.includes("pubsub") ? { PUBSUB_EMULATOR_HOST: toPubSub.address } : {}),
      ...(proxied.includes("cassandra") ? { CASSANDRA_CONTACT_POINTS: proxies.toCassandra.address } : {}),
      ...(proxied.includes("statements") ? { CASSANDRA_CONTACT_POINTS: proxies.statements.address } : {}),
      ...scenario.environment
    }
    const observer = yield* Effect.promise(() => Observer.of(deployment))
    const program = options.bin ?? bin
    const prometheus = yield* prometheusFor(scenario)
    const processors = yield* makeProcessors(
      scenario.name,
      environment,
      program,
      (why) => observer.disturb(why),
      (ports) => prometheus?.scrape(ports)
    )
    const unmet: Array<string> = []
    let hasLooked = "nothingToTell" in scenario.signs
    const context: ScenarioContext = {
      ...proxies,
      deployment,
      processors,
      observer,
      cassandra,
      toPubSub,
      pubsub: ownPubSub,
      role,
      messages: options.messages,
      disturb: (why, fault) =>
        Effect.acquireUseRelease(
          Effect.sync(() => observer.disturb(why)),
          () => fault,
          (isOver) => Effect.sync(isOver)
        ),
      lookForSigns: (changes = {}) =>
        "nothingToTell" in scenario.signs
          ? Effect.die(new Error(`${scenario.name} looks for signs and has none`))
          : Effect.map(
              missedSigns(scenario.signs, {
                processors,
                prometheus,
                environment: { ...environment, ...changes },
                bin: program
              }),
              (missed) => {
                hasLooked = true
                unmet.push(...missed)
              }
            ),
      expect: (holds, otherwise) =>
        Effect.sync(() => {
          if (!holds) unmet.push(otherwise)
        }),
      untilPublished: (share) =>
        until(
          "the load being published",
          Effect.sync(() => observer.published >= loaded * share),
          "10 minutes"
        ).pipe(Effect.orDie)
    }
    return { context, unmet, hasLooked: () => hasLooked }
  })

/** Where an alert has to be seen; undefined, with a word about it, where the machine has no Prometheus. */
const prometheusFor = ({ name, signs }: Scenario) => {
  if (!("alert" in signs)) return Effect.undefined
  if (hasPrometheus() || process.env["REQUIRE_SERVICES"] === "1") return prometheusServer
  return Effect.sync(() => {
    process.stderr.write(`${name}: LEFT OUT: its alert, for Prometheus is not installed\n`)
    return undefined
  })
}

const nodesNeeded = ({ nodes = "one", proxied = [] }: Scenario): NodesNeeded =>
  proxied.includes("nodes") || proxied.includes("node-statements") ? "three-behind-proxies" : nodes

/** The proxies to Cassandra: those before each node have to be there before any client connects. */
const makeProxies = ({ proxied = [] }: Scenario, { node, others }: CassandraNodes) =>
  Effect.gen(function* () {
    const nodes = [node, ...others]
    return {
      toCassandra: yield* tcpProxy(node.address),
      statements: yield* cqlProxy(node.address),
      toNodes: proxied.includes("nodes")
        ? yield* Effect.forEach(nodes, (node) => tcpProxy(node.address, placeOf(node)))
        : [],
      nodeStatements: proxied.includes("node-statements")
        ? yield* Effect.forEach(nodes, (node) => cqlProxy(node.address, placeOf(node)))
        : []
    }
  })

const placeOf = ({ host, port }: CassandraServer) => ({ host: clientAddress(host), port })

/** Makes a role that is no superuser and may read and write; answers the settings to log in as it. */
const makeRole = async ({ table }: Deployment, role: string): Promise<Readonly<Record<string, string>>> => {
  await table.execute(`CREATE ROLE ${role} WITH PASSWORD = '${rolePassword}' AND LOGIN = true`)
  for (const right of ["SELECT", "MODIFY"]) {
    await table.execute(`GRANT ${right} ON KEYSPACE ${table.keyspace} TO ${role}`)
  }
  return { CASSANDRA_USERNAME: role, CASSANDRA_PASSWORD: rolePassword }
}

const rolePassword = "faults"
