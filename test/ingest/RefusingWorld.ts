/** A world under a test clock whose processes use the fact store of Cassandra, on a cluster that may refuse. */
import { Context, Effect, Layer } from "effect"
import { FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import type { MemoryBrokerOptions } from "../../src/pubsub/memory/MemoryBroker.ts"
import { isReady } from "../../src/telemetry/Health.ts"
import { virtualCluster } from "../support/VirtualCluster.ts"
import { makeWorld, type Process } from "../support/World.ts"

/** A world whose processes write to one cluster, with the fact store of Cassandra. */
export const makeRefusingWorld = Effect.fnUntraced(function* (options: MemoryBrokerOptions) {
  const cluster = virtualCluster()
  cluster.faults.millis = 0
  const store = Layer.fresh(FactStoreCassandra.layer).pipe(Layer.provide(cluster.layer), Layer.orDie)
  const world = yield* makeWorld(options, () =>
    Effect.map(Layer.build(store), (context) => Context.get(context, FactStore))
  )
  return { cluster, world }
})

/** Whether `/ready` would answer 200. */
export const isProcessReady = (process: Process) =>
  Effect.map(process.health, (states) => Object.values(states).every(isReady))
