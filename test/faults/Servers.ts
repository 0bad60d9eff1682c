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
  Effect.flatMap(pubSubEmulator(), ({ address }) => {
    const three = Semaphore.makeUnsafe(1)
    return Effect.all(Array.from({ length: lanes }, () => serversAround(address, three)))
  })

/**
 * A Cassandra of its own, started when first asked for, and a Pub/Sub emulator that runs already.
 *
 * Lanes that share `three` have one cluster of three nodes at a time: two would take more memory than a small machine
 * has.
 */
export const serversAround = (
  pubsub: string,
  three = Semaphore.makeUnsafe(1)
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
    const threeReady = Effect.gen(function* () {
      yield* Effect.acquireRelease(three.take(1), () => three.release(1))
      if (single !== undefined) yield* single.stop
      return yield* threeReplicas
    })
    return {
      pubsub,
      projectId: "counterfoil-faults",
      cassandra: (nodes) => (nodes === "one" ? oneReady : threeReady)
    }
  })

/** With Cassandra's default, a node that is killed loses up to 10 s of acknowledged writes, which no client can help. */
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
