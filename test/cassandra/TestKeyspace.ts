/** A keyspace of a test's own on the shared Cassandra, gone when its scope ends. */
import { Duration, Effect, Layer, Option } from "effect"
import { Cassandra, type CassandraOptions } from "../../src/cassandra/Cassandra.ts"
import type { CassandraSettings } from "../../src/cassandra/CassandraSettings.ts"
import { apply } from "../../src/cassandra/Migrator.ts"
import { cassandraAddress, cassandraDataCenter, uniqueName } from "../support/TestServices.ts"

/** Settings for the shared Cassandra. */
export const settingsFor = (
  keyspace: string,
  changes: Partial<CassandraSettings> = {}
): CassandraSettings => ({
  contactPoints: (cassandraAddress ?? "127.0.0.1:9042").split(","),
  localDataCenter: cassandraDataCenter,
  keyspace,
  replication: { _tag: "Simple", factor: 1 },
  consistency: "LOCAL_QUORUM",
  credentials: Option.none(),
  tls: Option.none(),
  secureBundle: Option.none(),
  ...changes
})

/** How tests connect. */
export const testOptions: CassandraOptions = {
  maxInFlight: 256,
  whenUnreachable: "fail",
  connectTimeout: Duration.seconds(20)
}

/** Runs CQL outside of the code under test's keyspace. */
export const runCql = (query: string) =>
  Effect.scoped(
    Effect.flatMap(Cassandra.make(settingsFor("system"), testOptions), (cassandra) =>
      cassandra.execute({ query, params: [] }, { prepare: false })
    )
  )

/** A keyspace name that is dropped with the scope, whether or not it was created. */
export const ownKeyspace = Effect.acquireRelease(
  Effect.sync(() => uniqueName("test")),
  (keyspace) => Effect.orDie(runCql(`DROP KEYSPACE IF EXISTS ${keyspace}`))
)

/** A connection to a migrated keyspace of its own. */
export const layerOwnKeyspace = Layer.effect(
  Cassandra,
  Effect.gen(function* () {
    const settings = settingsFor(yield* ownKeyspace)
    yield* apply(settings)
    return yield* Cassandra.make(settings, testOptions)
  })
)
