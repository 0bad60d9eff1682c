/** The servers of a run, which scenarios may stop, freeze and kill. */
import { Effect, Scope, Semaphore } from "effect"
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

/** The servers of one lane, on which one scenario runs at a time. */
export interface Servers {
  /** `host:port`. */
  readonly pubsub: string
  readonly projectId: string
  /** Ready for a scenario, until its scope ends: every node answers. */
  readonly cassandra: (nodes: "one" | "three") => Effect.Effect<CassandraNodes, ServerError, Scope.Scope>
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
    const threeReady = Effect.suspend(() =>
      single === undefined ? three : Effect.andThen(single.stop, three)
    )
    return {
      pubsub,
      projectId: "counterfoil-faults",
      cassandra: (nodes) => (nodes === "one" ? oneReady : threeReady)
    }
  })

/** Three nodes, for one scenario at a time. */
type ClusterInTurn = ReturnType<Servers["cassandra"]>

/**
 * All lanes share it: two clusters at once would take more memory than a small machine has.
 *
 * Started anew for each scenario: nodes that one has killed must not decide what another finds.
 */
const makeClusterInTurn: Effect.Effect<ClusterInTurn> = Effect.map(Semaphore.make(1), (turns) =>
  Effect.gen(function* () {
    yield* Effect.acquireRelease(turns.take(1), () => turns.release(1))
    const nodes = yield* threeNodes(durable)
    const [node, ...others] = nodes
    return { node, others, address: nodes.map(({ address }) => address).join(","), replication: 3 }
  })
)

/** A scenario may have left it dead or frozen. */
const recovered = (server: CassandraServer): Effect.Effect<void, ServerError> =>
  Effect.andThen(server.start, server.signal("SIGCONT"))

/** With Cassandra's default, a node that is killed loses up to 10 s of acknowledged writes, which no client can help. */
const durable = { heap: "768m", yaml: { commitlog_sync: "batch" } } as const
