/** Runs three Cassandra nodes side by side, as one cluster. */
import { randomInt } from "node:crypto"
import { Effect, type Scope } from "effect"
import { type CassandraOptions, type CassandraServer, cassandraServer } from "./CassandraServer.ts"
import { freePorts } from "./Ports.ts"
import type { ServerError } from "./ServerProcess.ts"

/** Three nodes; the first is the one that the others joined. */
export type ThreeNodes = readonly [CassandraServer, CassandraServer, CassandraServer]

/** Starts three nodes, on three addresses of the loopback network that no other run has taken, that end with the scope. */
export const threeNodes = (
  options: Pick<CassandraOptions, "heap" | "yaml"> & {
    /** Clients are told the address {@link clientAddress} of each node, where something of the test's listens. */
    readonly behindProxies?: boolean
  }
): Effect.Effect<ThreeNodes, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    // All nodes share one port, and a run beside this one could have it on the second or third address.
    const network = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`
    const [port = 0, storagePort = 0] = yield* freePorts(2, `${network}.1`)
    const start = (node: number) =>
      cassandraServer({
        ...options,
        yaml: {
          ...options.yaml,
          ...(options.behindProxies === true
            ? { broadcast_rpc_address: clientAddress(`${network}.${node}`) }
            : {})
        },
        host: `${network}.${node}`,
        port,
        storagePort,
        seeds: [`${network}.1:${storagePort}`]
      })
    // One after another: nodes that join at the same time refuse each other.
    return [yield* start(1), yield* start(2), yield* start(3)]
  })

/** Where clients look for the node at this address, if it is behind a proxy. */
export const clientAddress = (host: string): string => host.replace(/\d+$/, (node) => `1${node}`)
