/** The servers of a run, which scenarios may stop, freeze and kill. */
import { Effect, Scope, Semaphore } from "effect"
import { clientAddress, threeNodes } from "../support/CassandraCluster.ts"
import { type CassandraServer, cassandraServer } from "../support/CassandraServer.ts"
import type { YamlValue } from "../support/cassandra/Configuration.ts"
import { pubSubEmulator } from "../support/PubSubEmulator.ts"
import type { ServerError } from "../support/ServerProcess.ts"

/** A cluster: one node, or three. */
export interface CassandraNodes {
  /** The only node, or the one that the others join. */
  readonly node: CassandraServer
  /** The two others of three. */
  readonly others: ReadonlyArray<CassandraServer>
  /** `host:port,…`, as they tell clients. */
  readonly address: string
  /** As many as there are nodes. */
  readonly replication: number
  /** Of its superuser, where it asks for a login. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

/** Which nodes a scenario needs. */
export type NodesNeeded =
  | "one"
  | "three"
  /** Three that tell clients addresses at which proxies are to listen. */
  | "three-behind-proxies"
  /** One of the scenario's own, which asks for a login and has these further lines in its cassandra.yaml. */
  | { readonly guards: Readonly<Record<string, YamlValue>>; readonly jvmArgs?: ReadonlyArray<string> }

/** The servers of one lane, on which one scenario runs at a time. */
export interface Servers {
  /** `host:port`. */
  readonly pubsub: string
  readonly projectId: string
  /** Ready for a scenario, until its scope ends: every node answers. */
  readonly cassandra: (nodes: NodesNeeded) => Effect.Effect<CassandraNodes, ServerError, Scope.Scope>
}

/** Servers of this run's own, for scenarios side by side in so many lanes. */
export const ownServers = (lanes: number): Effect.Effect<ReadonlyArray<Servers>, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    const { address } = yield* pubSubEmulator()
    const cluster = yield* makeClusterInTurn
    return yield* Effect.all(Array.from({ length: lanes }, () => serversAround(address, cluster)))
  })

/** A Cassandra of its own, started when first asked for, and a Pub/Sub emulator that runs already. */
export const serversAround = (
  pubsub: string,
  cluster?: ClusterInTurn
): Effect.Effect<Servers, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const three = cluster ?? (yield* makeClusterInTurn)
    let single: CassandraServer | undefined
    const oneReady = Effect.gen(function* () {
      single ??= yield* Scope.provide(cassandraServer(durable), scope)
      yield* recovered(single)
      return { node: single, others: [], address: single.address, replication: 1 }
    })
    // The memory of one node is needed for three.
    const threeReady = (behindProxies: boolean) =>
      Effect.suspend(() =>
        single === undefined ? three(behindProxies) : Effect.andThen(single.stop, three(behindProxies))
      )
    return {
      pubsub,
      projectId: "counterfoil-faults",
      cassandra: (nodes) => {
        if (typeof nodes !== "string") return guardedReady(nodes)
        return nodes === "one" ? oneReady : threeReady(nodes === "three-behind-proxies")
      }
    }
  })

/** Three nodes, for one scenario at a time. */
type ClusterInTurn = (behindProxies: boolean) => ReturnType<Servers["cassandra"]>

/**
 * All lanes share it: two clusters at once would take more memory than a small machine has.
 *
 * Started anew for each scenario: nodes that one has killed must not decide what another finds.
 */
const makeClusterInTurn: Effect.Effect<ClusterInTurn> = Effect.map(
  Semaphore.make(1),
  (turns) => (behindProxies) =>
    Effect.gen(function* () {
      yield* Effect.acquireRelease(turns.take(1), () => turns.release(1))
      const nodes = yield* threeNodes({ ...durable, behindProxies })
      const [node, ...others] = nodes
      const address = nodes
        .map(({ host, port }) => `${behindProxies ? clientAddress(host) : host}:${port}`)
        .join(",")
      return { node, others, address, replication: 3 }
    })
)

/** Guardrails, denied partitions and grants do not bind a superuser, so there have to be logins. */
const guardedReady = ({ guards, jvmArgs = [] }: Exclude<NodesNeeded, string>) =>
  Effect.map(
    cassandraServer({ ...durable, yaml: { ...durable.yaml, ...logins, ...guards }, jvmArgs }),
    (node): CassandraNodes => ({
      node,
      others: [],
      address: node.address,
      replication: 1,
      credentials: { username: "cassandra", password: "cassandra" }
    })
  )

const logins = {
  authenticator: "PasswordAuthenticator",
  authorizer: "CassandraAuthorizer",
  // A grant that is given or taken away counts at once.
  permissions_validity: "0ms"
} as const

/** A scenario may have left it dead or frozen. */
const recovered = (server: CassandraServer): Effect.Effect<void, ServerError> =>
  Effect.andThen(server.start, server.signal("SIGCONT"))

/** With Cassandra's default, a node that is killed loses up to 10 s of acknowledged writes, which no client can help. */
const durable = { heap: "768m", yaml: { commitlog_sync: "batch" } } as const
