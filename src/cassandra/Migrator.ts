/** Brings the schema up to date: keyspace, tables, and a record of what was applied. */
import { Data, Effect, Schedule, type Scope } from "effect"
import { Cassandra } from "./Cassandra.ts"
import type { CassandraError } from "./CassandraError.ts"
import type { CassandraSettings, Replication } from "./CassandraSettings.ts"
import { type Migration, migrationFolder, readMigrations } from "./internal/MigrationFiles.ts"
import { createMigrationsTable, holdingLock, markApplied, readApplied } from "./internal/MigrationRecord.ts"
import { keyspaceLookMillis, keyspaceLooks } from "./Limits.ts"

/** The schema cannot be brought up to date as things are; the message says what to do. The command exits 2. */
export class MigrationRefused extends Data.TaggedError("MigrationRefused")<{ readonly message: string }> {
  /** Somebody has to mend something first. */
  readonly isRetryable = false
}

/** What {@link apply} did. */
export interface Applied {
  readonly keyspaceCreated: boolean
  /** Names of the migrations that were applied now; the others had been before. */
  readonly migrations: ReadonlyArray<string>
}

/** Everything `apply` runs on a cluster that holds nothing yet, as CQL for people to read or to run with cqlsh. */
export const plan = (
  settings: CassandraSettings,
  folder = migrationFolder
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(readMigrations(folder), (migrations) => [
    createKeyspace(settings),
    `USE "${settings.keyspace}"`,
    createMigrationsTable,
    ...migrations.flatMap((one) => one.statements)
  ])

/** The names of the migrations that are not applied yet. **Errors**: as {@link apply}; `KeyspaceMissing` too. */
export const pending = (
  settings: CassandraSettings,
  folder = migrationFolder
): Effect.Effect<ReadonlyArray<string>, CassandraError | MigrationRefused> =>
  Effect.scoped(
    Effect.gen(function* () {
      const cassandra = yield* Cassandra.make(settings, inKeyspace)
      const missing = (error: CassandraError) => error.reason._tag === "TableMissing"
      const applied = yield* Effect.catchIf(readApplied(cassandra), missing, () => Effect.succeed(new Map()))
      return (yield* unapplied(yield* readMigrations(folder), applied)).map((one) => one.name)
    })
  )

/**
 * Creates the keyspace if it is missing and applies each migration once, in order. Two processes may do so at once:
 * one waits for the other.
 *
 * **Errors**: `MigrationRefused` when an applied file was changed or is unknown here, or when the cluster has
 * several nodes and the keyspace would keep one copy; nothing is changed then. `CassandraError`: call it again.
 */
export const apply = (
  settings: CassandraSettings,
  folder = migrationFolder
): Effect.Effect<Applied, CassandraError | MigrationRefused> =>
  Effect.scoped(
    Effect.gen(function* () {
      const migrations = yield* readMigrations(folder)
      const keyspaceCreated = yield* Effect.scoped(ensureKeyspace(settings))
      const cassandra = yield* connectOnceKeyspaceIsThere(settings)
      yield* cassandra.execute({ query: createMigrationsTable, params: [] }, schema)
      const applied = holdingLock(
        cassandra,
        Effect.gen(function* () {
          const missing = yield* unapplied(migrations, yield* readApplied(cassandra))
          yield* Effect.forEach(missing, (one) => applyOne(cassandra, one), { discard: true })
          return missing.map((one) => one.name)
        })
      )
      return { keyspaceCreated, migrations: yield* applied }
    })
  )

/** A keyspace that another process is creating is listed a moment before it can be used. */
const connectOnceKeyspaceIsThere = (settings: CassandraSettings) =>
  Effect.retry(Cassandra.make(settings, inKeyspace), {
    while: ({ reason }) => reason._tag === "KeyspaceMissing",
    schedule: Schedule.spaced(keyspaceLookMillis),
    times: keyspaceLooks
  })

const ensureKeyspace = (
  settings: CassandraSettings
): Effect.Effect<boolean, CassandraError | MigrationRefused, Scope.Scope> =>
  Effect.gen(function* () {
    const cassandra = yield* Cassandra.make(settings, { ...inKeyspace, useKeyspace: false })
    const { rows } = yield* cassandra.execute({
      query: "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
      params: [settings.keyspace]
    })
    if (rows.length > 0) return false
    const { known } = yield* cassandra.hosts
    if (known > 1 && settings.replication._tag === "Simple" && settings.replication.factor === 1) {
      return yield* new MigrationRefused({
        message:
          `the cluster has ${known} nodes, and replication 1 would keep one copy of each row: ` +
          "set CASSANDRA_REPLICATION, for instance to dc1:3 (dc1:1 if one copy is meant)"
      })
    }
    yield* cassandra.execute({ query: createKeyspace(settings), params: [] }, schema)
    return true
  })

const applyOne = (cassandra: Cassandra["Service"], one: Migration): Effect.Effect<void, CassandraError> =>
  Effect.gen(function* () {
    yield* Effect.forEach(one.statements, (query) => cassandra.execute({ query, params: [] }, schema), {
      discard: true
    })
    yield* markApplied(cassandra, one)
    yield* Effect.logInfo(`applied ${one.name}`)
  })

/** The migrations not applied yet, provided that those applied are the first of them, unchanged. */
const unapplied = (
  migrations: ReadonlyArray<Migration>,
  applied: ReadonlyMap<string, string>
): Effect.Effect<ReadonlyArray<Migration>, MigrationRefused> => {
  const refuse = (message: string) => Effect.fail(new MigrationRefused({ message }))
  for (const [name, checksum] of applied) {
    const known = migrations.find((one) => one.name === name)
    if (known === undefined) {
      return refuse(
        `${name} was applied to this keyspace and is unknown here: use the Counterfoil that applied it`
      )
    }
    if (known.checksum !== checksum) {
      return refuse(
        `${name} was changed after it was applied: restore the file, and put the change in a new one`
      )
    }
  }
  const missing = migrations.filter((one) => !applied.has(one.name))
  const late = missing.find((one) => migrations.indexOf(one) < applied.size)
  return late === undefined
    ? Effect.succeed(missing)
    : refuse(`${late.name} comes before migrations that were applied already: give it a later number`)
}

const createKeyspace = ({ keyspace, replication }: CassandraSettings): string =>
  `CREATE KEYSPACE IF NOT EXISTS "${keyspace}" WITH replication = ${replicationMap(replication)}`

const replicationMap = (replication: Replication): string => {
  const entries: ReadonlyArray<readonly [string, string | number]> =
    replication._tag === "Simple"
      ? [
          ["class", "SimpleStrategy"],
          ["replication_factor", replication.factor]
        ]
      : [["class", "NetworkTopologyStrategy"], ...Object.entries(replication.factors)]
  return `{${entries.map(([key, value]) => `${literal(key)}: ${typeof value === "number" ? value : literal(value)}`).join(", ")}}`
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const inKeyspace = { maxInFlight: 1, whenUnreachable: "fail" } as const

const schema = { prepare: false } as const
