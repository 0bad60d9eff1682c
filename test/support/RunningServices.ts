/** The Cassandra and the Pub/Sub server of this run: the ones given by the environment, else started here. */
import { Effect, type Scope } from "effect"
import { type CassandraOptions, cassandraServer, localDataCenter } from "./CassandraServer.ts"
import { psTestServer } from "./PsTestServer.ts"
import { type EmulatorOptions, pubSubEmulator } from "./PubSubEmulator.ts"
import type { ServerError } from "./ServerProcess.ts"

/** Where Cassandra is; the names are those of the settings. */
export interface CassandraPlace {
  readonly CASSANDRA_CONTACT_POINTS: string
  readonly CASSANDRA_LOCAL_DATACENTER: string
}

/** Where Pub/Sub is; the names are those of the settings. */
export interface PubSubPlace {
  readonly PUBSUB_EMULATOR_HOST: string
  readonly PUBSUB_PROJECT_ID: string
  /** Keeps Google's client from looking for a metadata server in the network. */
  readonly METADATA_SERVER_DETECTION: "none"
}

/** The Cassandra of CASSANDRA_CONTACT_POINTS; without that variable one is started, until the scope ends. */
export const cassandraPlace = (
  options: CassandraOptions
): Effect.Effect<CassandraPlace, ServerError, Scope.Scope> => {
  const given = process.env["CASSANDRA_CONTACT_POINTS"]
  const started = Effect.map(cassandraServer(options), (server) => server.address)
  return Effect.map(given ? Effect.succeed(given) : started, (address) => ({
    CASSANDRA_CONTACT_POINTS: address,
    CASSANDRA_LOCAL_DATACENTER: process.env["CASSANDRA_LOCAL_DATACENTER"] ?? localDataCenter
  }))
}

/** The server of PUBSUB_EMULATOR_HOST; without that variable an emulator is started, until the scope ends. */
export const pubSubPlace = (
  options: EmulatorOptions
): Effect.Effect<PubSubPlace, ServerError, Scope.Scope> => {
  const given = process.env["PUBSUB_EMULATOR_HOST"]
  const started = Effect.map(pubSubEmulator(options), (server) => server.address)
  return Effect.map(given ? Effect.succeed(given) : started, pubSubAt)
}

/** A second Pub/Sub server, by other authors; always started, until the scope ends. */
export const psTestPlace: Effect.Effect<PubSubPlace, ServerError, Scope.Scope> = Effect.map(
  psTestServer(),
  (server) => pubSubAt(server.address)
)

const pubSubAt = (address: string): PubSubPlace => ({
  PUBSUB_EMULATOR_HOST: address,
  PUBSUB_PROJECT_ID: process.env["PUBSUB_PROJECT_ID"] ?? "counterfoil-test",
  METADATA_SERVER_DETECTION: "none"
})
