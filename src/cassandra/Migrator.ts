/** Brings the schema up to date: keyspace, tables, and a record of what was applied. */
import { Effect, Result, Schedule, type Scope } from "effect"
import { Cassandra, type Node } from "./Cassandra.ts"
import type { CassandraError } from "./CassandraError.ts"
import type { CassandraSettings } from "./CassandraSettings.ts"
import { readTables } from "./internal/ExistingTables.ts"
import { readMigrations } from "./internal/MigrationFiles.ts"
import { type MigrationStep, planMigrations, type Repair } from "./internal/MigrationPlan.ts"
import {
  createRecordTable,
  type MigrationLock,
  type MigrationRecord,
  migrationRecord
} from "./internal/MigrationRecord.ts"
import { keyspacePollMillis, keyspacePolls } from "./Limits.ts"
import { MigrationRefused, OneOfSeveralDataCenters, SingleCopy } from "./MigrationRefused.ts"

export type { Repair } from "./internal/MigrationPlan.ts"
export type { MigrationLock } from "./internal/MigrationRecord.ts"

/** How a keyspace is replicated when it is created. */
export type Replication =
  | { readonly _tag: "Simple"; readonly factor: number }
  | { readonly _tag: "PerDataCenter"; readonly factors: Readonly<Record<string, number>> }

/** What the migrations are, and how they are applied. */
export interface MigratorOptions {
  /**
   * Where the migrations are: files `*.cql`, applied in the order of their names. Statements end with `;` and name no
   * keyspace; there are no text literals, no quoted names and no block comments.
   */
  readonly folder: string
  readonly replication: Replication
  /** The table that records what was applied. `counterfoil_migrations` if absent. */
  readonly recordTable?: string
  readonly lock?: MigrationLock
}

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
  options: MigratorOptions
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(readMigrations(options.folder), (migrations) => [
    createKeyspace(settings, options),
    `USE "${settings.keyspace}"`,
    createRecordTable(recordTableOf(options)),
    ...migrations.flatMap((one) => one.statements)
  ])

/** What `apply` would run on the cluster as it is, as {@link plan}; empty where there is nothing to do. **Errors**: as {@link apply}. */
export const preview = (
  settings: CassandraSettings,
  options: MigratorOptions
): Effect.Effect<ReadonlyArray<string>, CassandraError | MigrationRefused> =>
  Effect.gen(function* () {
    const cassandra = yield* Cassandra.make(settings, inKeyspace)
    const tables = yield* readTables(cassandra, settings.keyspace)
    const recordTable = recordTableOf(options)
    const hasRecord = tables.has(recordTable)
    const { applied: recorded } = migrationRecord(cassandra, recordTable)
    const applied = hasRecord ? yield* recorded : new Map<string, string>()
    const steps = yield* planned(planMigrations(yield* readMigrations(options.folder), { applied, tables }))
    if (hasRecord && steps.length === 0) return []
    return [
      `USE "${settings.keyspace}"`,
      ...(hasRecord ? [] : [createRecordTable(recordTable)]),
      ...steps.flatMap(({ queries }) => queries)
    ]
  }).pipe(
    Effect.scoped,
    Effect.catchIf(
      (error) => error._tag === "CassandraError" && error.reason._tag === "KeyspaceMissing",
      () => Effect.andThen(Effect.scoped(refuseReplication(settings, options)), plan(settings, options))
    )
  )

/**
 * Creates the keyspace if it is missing, applies each migration once, in order, and makes again what applied ones
 * had made and is gone. Two processes may do so at once: one waits for the other.
 *
 * **Errors**: `MigrationRefused` when an applied file was changed or is unknown here, when a table differs from its
 * migration in a type or in its key, or when the keyspace would keep one copy on several nodes, or be spread over several
 * data centres as over one; no table is changed then. `CassandraError`: call it again.
 */
export const apply = (
  settings: CassandraSettings,
  options: MigratorOptions
): Effect.Effect<Applied, CassandraError | MigrationRefused> =>
  Effect.scoped(
    Effect.gen(function* () {
      const migrations = yield* readMigrations(options.folder)
      const keyspaceCreated = yield* Effect.scoped(ensureKeyspace(settings, options))
      const cassandra = yield* connectOnceKeyspaceIsThere(settings)
      const record = migrationRecord(cassandra, recordTableOf(options), options.lock)
      yield* cassandra.execute({ query: createRecordTable(recordTableOf(options)), params: [] }, schema)
      const steps = yield* record.holdingLock(
        Effect.gen(function* () {
          const applied = yield* record.applied
          const tables = yield* readTables(cassandra, settings.keyspace)
          const steps = yield* planned(planMigrations(migrations, { applied, tables }))
          yield* Effect.forEach(steps, (step) => carryOut(cassandra, record, step), { discard: true })
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
    schedule: Schedule.spaced(keyspacePollMillis),
    times: keyspacePolls
  })

const ensureKeyspace = (
  settings: CassandraSettings,
  options: MigratorOptions
): Effect.Effect<boolean, CassandraError | MigrationRefused, Scope.Scope> =>
  Effect.gen(function* () {
    const cassandra = yield* Cassandra.make(settings, { ...inKeyspace, useKeyspace: false })
    const { rows } = yield* cassandra.execute({
      query: "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
      params: [settings.keyspace]
    })
    if (rows.length > 0) return false
    yield* refuseOn(cassandra, options)
    yield* cassandra.execute({ query: createKeyspace(settings, options), params: [] }, schema)
    return true
  })

const refuseReplication = (settings: CassandraSettings, options: MigratorOptions) =>
  Effect.flatMap(Cassandra.make(settings, { ...inKeyspace, useKeyspace: false }), (cassandra) =>
    refuseOn(cassandra, options)
  )

const refuseOn = (
  cassandra: Cassandra["Service"],
  { replication }: MigratorOptions
): Effect.Effect<void, MigrationRefused> =>
  Effect.flatMap(cassandra.nodes, (nodes) => {
    const reason = replicationObjection(replication, nodes)
    return reason === undefined ? Effect.void : Effect.fail(new MigrationRefused({ reason }))
  })

/** Why a keyspace must not be created so on these nodes; undefined where it may. */
export const replicationObjection = (
  replication: Replication,
  nodes: ReadonlyArray<Pick<Node, "dataCenter">>
): OneOfSeveralDataCenters | SingleCopy | undefined => {
  if (replication._tag === "PerDataCenter") return undefined
  const dataCenters = [...new Set(nodes.flatMap(({ dataCenter }) => dataCenter ?? []))].sort()
  if (dataCenters.length > 1) return new OneOfSeveralDataCenters({ dataCenters })
  return replication.factor === 1 && nodes.length > 1 ? new SingleCopy({ nodes: nodes.length }) : undefined
}

const carryOut = (
  cassandra: Cassandra["Service"],
  record: MigrationRecord,
  { migration, isNew, queries }: MigrationStep
): Effect.Effect<void, CassandraError> =>
  Effect.gen(function* () {
    yield* Effect.forEach(queries, (query) => cassandra.execute({ query, params: [] }, schema), {
      discard: true
    })
    if (!isNew) return
    yield* record.add(migration)
    yield* Effect.logInfo(`applied ${migration.name}`)
  })

const recordTableOf = (options: MigratorOptions): string => options.recordTable ?? "counterfoil_migrations"

const createKeyspace = ({ keyspace }: CassandraSettings, { replication }: MigratorOptions): string =>
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

const inKeyspace = { maxInFlight: 1 } as const

const schema = { prepare: false } as const
