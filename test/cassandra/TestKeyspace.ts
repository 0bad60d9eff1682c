/** A keyspace of a test's own on the shared Cassandra, gone when its scope ends. */
import { Duration, Effect, Layer } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import type { CassandraOptions } from "../../src/cassandra/CassandraOptions.ts"
import type { CassandraSettings } from "../../src/cassandra/CassandraSettings.ts"
import { cassandraAddress, cassandraDataCenter, uniqueName } from "../support/TestServices.ts"
import { apply } from "./TestMigrations.ts"

/** Settings for the shared Cassandra. */
export const settingsFor = (
  keyspace: string,
  changes: Partial<CassandraSettings> = {}
): CassandraSettings => ({
  contactPoints: (cassandraAddress ?? "127.0.0.1:9042").split(","),
  localDataCenter: cassandraDataCenter,
  keyspace,
  ...changes
})

/** How tests connect. */
export const testOptions = {
  maxInFlight: 256,
  connectTimeout: Duration.seconds(20)
} satisfies CassandraOptions

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
