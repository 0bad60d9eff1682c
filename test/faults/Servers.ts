/** The servers of a run, which scenarios may stop, freeze and kill. */
import { Effect, Scope } from "effect"
import { threeNodes } from "../support/CassandraCluster.ts"
import { type CassandraServer, cassandraServer } from "../support/CassandraServer.ts"
import { pubSubEmulator } from "../support/PubSubEmulator.ts"
import type { ServerError } from "../support/ServerProcess.ts"

/** A cluster: one node, or three. */
export interface CassandraNodes {
  /** The only node, or the one that the others join. */
  readonly node: CassandraServer
  /** The two others of three. */
  readonly others: ReadonlyArray<CassandraServer>
  /** `host:port,…`. */
  readonly address: string
  /** As many as there are nodes. */
  readonly replication: number
}

/** The servers. */
export interface Servers {
  /** `host:port`. */
  readonly pubsub: string
  readonly projectId: string
  /** Ready for a scenario: every node answers. Three nodes end with the scenario's scope. */
  readonly cassandra: (nodes: "one" | "three") => Effect.Effect<CassandraNodes, ServerError, Scope.Scope>
}

/** Servers of this run's own. */
export const ownServers: Effect.Effect<Servers, ServerError, Scope.Scope> = Effect.gen(function* () {
  const { address } = yield* pubSubEmulator()
  return yield* serversAround(address)
})

/** A Cassandra of this run's own, started when first asked for, and a Pub/Sub emulator that runs already. */
export const serversAround = (
  pubsub: string,
  projectId = "counterfoil-faults"
): Effect.Effect<Servers, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    let single: CassandraServer | undefined
    const oneReady = Effect.gen(function* () {
      single ??= yield* Scope.provide(cassandraServer(durable), scope)
      // A scenario may have left it dead or frozen.
      yield* single.start
      yield* single.signal("SIGCONT")
      return { node: single, others: [], address: single.address, replication: 1 }
    })
    // Two clusters at once would take more memory than a small machine has.
    const threeReady = Effect.suspend(() =>
      single === undefined ? threeReplicas : Effect.andThen(single.stop, threeReplicas)
    )
    return { pubsub, projectId, cassandra: (nodes) => (nodes === "one" ? oneReady : threeReady) }
  })

/** With Cassandra's default, a node that is killed loses up to 10 s of acknowledged writes, which no client mends. */
const durable = { heap: "768m", yaml: { commitlog_sync: "batch" } } as const

const threeReplicas: Effect.Effect<CassandraNodes, ServerError, Scope.Scope> = Effect.map(
  threeNodes(durable),
  ([node, ...others]) => ({
    node,
    others,
    address: [node, ...others].map(({ address }) => address).join(","),
    replication: 3
  })
)
