/** Reads from a cluster what its checks judge. */
import { Effect, Result, Schedule } from "effect"
import type { Cassandra, Node } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import type { CassandraSettings, Consistency } from "../cassandra/CassandraSettings.ts"
import type { DeclaredTables } from "../cassandra/DeclaredTables.ts"
import { type Known, orUnknown } from "../cassandra/Knowledge.ts"
import {
  type RoleRights,
  readRights,
  readServerSettings,
  type ServerSettings
} from "../cassandra/ServerState.ts"
import {
  type Column,
  type DroppedColumn,
  type Index,
  type KeyspaceReplication,
  readColumns,
  readDroppedColumns,
  readIndexes,
  readReplication,
  readTableOptions,
  type TableOptions
} from "../cassandra/TableSchema.ts"
import { tableName } from "./Cql.ts"
import { readTries, readTryMillis } from "./Limits.ts"
import type { Reading } from "./Reading.ts"

/** What is meant to be there, and what for. */
export interface CassandraPlan {
  readonly keyspace: string
  /** Undefined: a secure bundle says it. */
  readonly localDataCenter: string | undefined
  readonly consistency: Consistency
  /** A table that is written and read at LOCAL_QUORUM, whatever `consistency` is; undefined: none. */
  readonly localQuorumTable: string | undefined
  /** Who is logged in; undefined: nobody. */
  readonly role: string | undefined
  /** What the migrations declare. */
  readonly tables: DeclaredTables
  /** The table whose rows messages become. */
  readonly factTable: string
  /** How old a message may be when it comes, as its subscription keeps it. **Units**: milliseconds. */
  readonly retentionMillis: number
  /** **Units**: ms since the epoch. */
  readonly nowMillis: number
}

/** Everything that the checks of a cluster judge. */
export interface CassandraReading {
  readonly plan: CassandraPlan
  /** Columns of the declared tables by the table's name; none where it is not there. */
  readonly columns: ReadonlyMap<string, Reading<ReadonlyArray<Column>>>
  readonly droppedColumns: Reading<ReadonlyArray<DroppedColumn>>
  readonly indexes: Reading<ReadonlyArray<Index>>
  readonly options: Reading<TableOptions | undefined>
  readonly replication: Reading<KeyspaceReplication | undefined>
  readonly nodes: ReadonlyArray<Node>
  readonly settings: Reading<ServerSettings>
  /** Undefined: nobody is logged in. */
  readonly rights: Reading<RoleRights> | undefined
  /** What the cluster says to a write of no row, at a time of the client's; `absent` where it refuses it. */
  readonly emptyWrite: Reading<void>
}

/** Reads all of it. What cannot be read, and what is not answered in a few tries, says why; nothing fails. */
export const readCassandra = (
  cassandra: Cassandra["Service"],
  plan: CassandraPlan
): Effect.Effect<CassandraReading> => {
  const { factTable, keyspace, role, tables } = plan
  const name = { keyspace, table: factTable }
  return Effect.gen(function* () {
    const columns = yield* Effect.forEach(tables.keys(), (table) =>
      Effect.map(reading(readColumns(cassandra, { keyspace, table })), (read) => [table, read] as const)
    )
    const read = yield* Effect.all(
      {
        droppedColumns: reading(readDroppedColumns(cassandra, name)),
        indexes: reading(readIndexes(cassandra, name)),
        options: reading(readTableOptions(cassandra, name)),
        replication: reading(readReplication(cassandra, keyspace)),
        nodes: cassandra.nodes,
        settings: reading(readServerSettings(cassandra)),
        rights: role === undefined ? Effect.undefined : reading(readRights(cassandra, role)),
        emptyWrite: reading(orUnknown(writeNothing(cassandra, plan)))
      },
      { concurrency: "unbounded" }
    )
    return { plan, columns: new Map(columns), ...read }
  })
}

/** The settings' part of a plan. A role without a name in the settings is nobody: the cluster asks for no login. */
export const planOf = (
  settings: CassandraSettings
): Pick<CassandraPlan, "keyspace" | "localDataCenter" | "consistency" | "role"> => ({
  keyspace: settings.keyspace,
  localDataCenter: settings.secureBundle === undefined ? settings.localDataCenter : undefined,
  consistency: settings.consistency ?? "LOCAL_QUORUM",
  role: settings.credentials?.username
})

/**
 * A write that names no row: the cluster checks rights and guardrails first, and then has nothing to do. So it tells
 * what no grants tell: those that are written otherwise, and settings that the role may not read.
 */
const writeNothing = (
  cassandra: Cassandra["Service"],
  { factTable, keyspace, nowMillis, tables }: CassandraPlan
): Effect.Effect<void, CassandraError> => {
  const columns = tables.get(factTable) ?? []
  const key = columns.find(({ role }) => role === "partition key")
  const value = columns.find(({ role }) => role === "value")
  if (key === undefined || value === undefined) return Effect.void
  const query = `DELETE ${value.name} FROM ${tableName(keyspace, factTable)} USING TIMESTAMP ? WHERE ${key.name} IN ?`
  return Effect.asVoid(cassandra.execute({ query, params: [BigInt(nowMillis) * 1_000n, []] }))
}

/** What could be read, in a few tries; nothing fails. */
export const reading = <A>(read: Effect.Effect<Known<A>, CassandraError>): Effect.Effect<Reading<A>> =>
  read.pipe(
    Effect.retry({
      while: ({ isRetryable }) => isRetryable,
      times: readTries - 1,
      schedule: Schedule.spaced(readTryMillis)
    }),
    Effect.map((known): Reading<A> => known),
    Effect.catch(({ message }) =>
      Effect.succeed<Reading<A>>(Result.fail({ why: "unanswered", detail: message }))
    )
  )
