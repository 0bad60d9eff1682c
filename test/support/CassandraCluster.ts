/** Runs three Cassandra nodes side by side, as one cluster. */
import { Effect, type Scope } from "effect"
import { type CassandraOptions, type CassandraServer, cassandraServer } from "./CassandraServer.ts"
import { freePorts } from "./Ports.ts"
import type { ServerError } from "./ServerProcess.ts"

/** Three nodes; the first is the one that the others joined. */
export type ThreeNodes = readonly [CassandraServer, CassandraServer, CassandraServer]

/** Starts three nodes on 127.0.1.1, 127.0.1.2 and 127.0.1.3 that end with the scope. */
export const threeNodes = (
  options: Pick<CassandraOptions, "heap" | "yaml">
): Effect.Effect<ThreeNodes, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    const [port = 0, storagePort = 0] = yield* freePorts(2, "127.0.1.1")
    const start = (host: string) =>
      cassandraServer({ ...options, host, port, storagePort, seeds: [`127.0.1.1:${storagePort}`] })
    // One after another: nodes that join at the same time refuse each other.
    return [yield* start("127.0.1.1"), yield* start("127.0.1.2"), yield* start("127.0.1.3")]
  })
