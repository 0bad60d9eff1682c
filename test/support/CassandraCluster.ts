/** Runs three Cassandra nodes side by side, as one cluster. */
import { randomInt } from "node:crypto"
import { Effect, type Scope } from "effect"
import { type CassandraOptions, type CassandraServer, cassandraServer } from "./CassandraServer.ts"
import { freePorts } from "./Ports.ts"
import type { ServerError } from "./ServerProcess.ts"

/** Three nodes; the first is the one that the others joined. */
export type ThreeNodes = readonly [CassandraServer, CassandraServer, CassandraServer]

/**
 * Starts three nodes, on three addresses of the loopback network that no other run has taken, that end with the scope.
 *
 * `behindProxies`: they tell clients addresses where nobody listens yet.
 */
export const threeNodes = (
  options: Pick<CassandraOptions, "heap" | "yaml">,
  behindProxies = false
): Effect.Effect<ThreeNodes, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    // All nodes share one port, and a run beside this one could have it on the second or third address.
    const network = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`
    const [port = 0, storagePort = 0] = yield* freePorts(2, `${network}.1`)
    const start = (node: number) =>
      cassandraServer({
        ...options,
        host: `${network}.${node}`,
        ...(behindProxies ? { publicHost: `${network}.${node + 10}` } : {}),
        port,
        storagePort,
        seeds: [`${network}.1:${storagePort}`]
      })
    // One after another: nodes that join at the same time refuse each other.
    return [yield* start(1), yield* start(2), yield* start(3)]
  })
