/** Brings the schema up to date: keyspace, tables, and a record of what was applied. */
import { Effect, Result, Schedule, type Scope } from "effect"
import { Cassandra } from "./Cassandra.ts"
import type { CassandraError } from "./CassandraError.ts"
import type { CassandraSettings, Replication } from "./CassandraSettings.ts"
import { readTables } from "./internal/ExistingTables.ts"
import { migrationFolder, readMigrations } from "./internal/MigrationFiles.ts"
import {
  MigrationRefused,
  type MigrationStep,
  planMigrations,
  type Repair
} from "./internal/MigrationPlan.ts"
import {
  createMigrationsTable,
  holdingLock,
  markApplied,
  migrationsTable,
  readApplied
} from "./internal/MigrationRecord.ts"
import { keyspaceLookMillis, keyspaceLooks } from "./Limits.ts"

/** What {@link apply} did. */
export interface Applied {
  readonly keyspaceCreated: boolean
  /** Names of the migrations that were applied now; the others had been before. */
  readonly migrations: ReadonlyArray<string>
  /** What had been dropped, or was missing, and was made again. */
  readonly repairs: ReadonlyArray<Repair>
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

/** What `apply` would run on the cluster as it is, as {@link plan}; empty where there is nothing to do. **Errors**: as {@link apply}. */
export const preview = (
  settings: CassandraSettings,
  folder = migrationFolder
): Effect.Effect<ReadonlyArray<string>, CassandraError | MigrationRefused> =>
  Effect.gen(function* () {
    const cassandra = yield* Cassandra.make(settings, inKeyspace)
    const tables = yield* readTables(cassandra, settings.keyspace)
    const hasRecord = tables.has(migrationsTable)
    const applied = hasRecord ? yield* readApplied(cassandra) : new Map<string, string>()
    const steps = yield* planned(planMigrations(yield* readMigrations(folder), { applied, tables }))
    if (hasRecord && steps.length === 0) return []
    return [
      `USE "${settings.keyspace}"`,
      ...(hasRecord ? [] : [createMigrationsTable]),
      ...steps.flatMap(({ queries }) => queries)
    ]
  }).pipe(
    Effect.scoped,
    Effect.catchIf(
      (error) => error._tag === "CassandraError" && error.reason._tag === "KeyspaceMissing",
      () => plan(settings, folder)
    )
  )

/**
 * Creates the keyspace if it is missing, applies each migration once, in order, and makes again what applied ones
 * had made and is gone. Two processes may do so at once: one waits for the other.
 *
 * **Errors**: `MigrationRefused` when an applied file was changed or is unknown here, when a table differs from its
 * migration in a type or in its key, or when the cluster has several nodes and the keyspace would keep one copy;
 * no table of Counterfoil's is changed then. `CassandraError`: call it again.
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
      const steps = yield* holdingLock(
        cassandra,
        Effect.gen(function* () {
          const applied = yield* readApplied(cassandra)
          const tables = yield* readTables(cassandra, settings.keyspace)
          const steps = yield* planned(planMigrations(migrations, { applied, tables }))
          yield* Effect.forEach(steps, (step) => carryOut(cassandra, step), { discard: true })
          return steps
        })
      )
      return {
        keyspaceCreated,
        migrations: steps.filter(({ isNew }) => isNew).map(({ migration }) => migration.name),
        repairs: steps.flatMap(({ repairs }) => repairs)
      }
    })
  )

const planned = (
  result: Result.Result<ReadonlyArray<MigrationStep>, MigrationRefused>
): Effect.Effect<ReadonlyArray<MigrationStep>, MigrationRefused> =>
  Result.isSuccess(result) ? Effect.succeed(result.success) : Effect.fail(result.failure)

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

const carryOut = (
  cassandra: Cassandra["Service"],
  { migration, isNew, queries }: MigrationStep
): Effect.Effect<void, CassandraError> =>
  Effect.gen(function* () {
    yield* Effect.forEach(queries, (query) => cassandra.execute({ query, params: [] }, schema), {
      discard: true
    })
    if (!isNew) return
    yield* markApplied(cassandra, migration)
    yield* Effect.logInfo(`applied ${migration.name}`)
  })

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
