/**
 * A table and its keyspace as the cluster has them.
 *
 * **Source**: `system_schema`, of Cassandra 3.0 on. What is not there is empty or undefined; what the cluster does not
 * show is `Unknown`.
 */
import { Effect } from "effect"
import type { Cassandra, Row } from "./Cassandra.ts"
import type { CassandraError } from "./CassandraError.ts"
import { allRows } from "./internal/AllRows.ts"
import { columnOf } from "./internal/ExistingTables.ts"
import type { Column } from "./internal/SchemaChange.ts"
import { type Known, orUnknown } from "./Knowledge.ts"

export type { Column, ColumnRole } from "./internal/SchemaChange.ts"

/** A table by its names. **Shape**: in lower case, unless they were created quoted. */
export interface TableName {
  readonly keyspace: string
  readonly table: string
}

/** A column that a table once had. Cells written before the drop stay hidden if it is added again. */
export interface DroppedColumn {
  readonly name: string
  readonly type: string
  /** **Units**: ms since the epoch. */
  readonly droppedAtMillis: number
}

/** A secondary index. */
export interface Index {
  readonly name: string
  /** **Shape**: as the cluster says: `COMPOSITES`, `CUSTOM`. */
  readonly kind: string
  /** What it is on: a column's name, or an expression of one as `values(c)`. */
  readonly target: string
  /** Which one a `CUSTOM` index is. **Shape**: without its package: `StorageAttachedIndex`. */
  readonly implementation: string | undefined
}

/** The options of a table that decide how long its data lives. */
export interface TableOptions {
  /** 0: what is written without a time to live stays. **Units**: seconds. */
  readonly defaultTimeToLiveSeconds: number
  /** How long a tombstone is kept. **Units**: seconds. */
  readonly gcGraceSeconds: number
}

/** How a keyspace is replicated. */
export interface KeyspaceReplication {
  /** **Shape**: without its package: `SimpleStrategy`, `NetworkTopologyStrategy`. */
  readonly strategy: string
  /** Copies by data centre; under `replication_factor` where all nodes count as one. */
  readonly factors: Readonly<Record<string, number>>
}

type Read<A> = Effect.Effect<Known<A>, CassandraError>

/** The columns of a table, by name; none where there is no such table. */
export const readColumns = (cassandra: Cassandra["Service"], name: TableName): Read<ReadonlyArray<Column>> =>
  orUnknown(
    Effect.map(rowsOf(cassandra, "column_name, type, kind FROM system_schema.columns", name), (rows) =>
      rows.map(columnOf)
    )
  )

/** The columns that were dropped from a table. */
export const readDroppedColumns = (
  cassandra: Cassandra["Service"],
  name: TableName
): Read<ReadonlyArray<DroppedColumn>> =>
  orUnknown(
    Effect.map(
      rowsOf(
        cassandra,
        "column_name, type, toUnixTimestamp(dropped_time) AS dropped_at FROM system_schema.dropped_columns",
        name
      ),
      (rows) =>
        rows.map((row) => ({
          name: String(row["column_name"]),
          type: String(row["type"]),
          droppedAtMillis: Number(row["dropped_at"])
        }))
    )
  )

/** The secondary indexes of a table. */
export const readIndexes = (cassandra: Cassandra["Service"], name: TableName): Read<ReadonlyArray<Index>> =>
  orUnknown(
    Effect.map(rowsOf(cassandra, "index_name, kind, options FROM system_schema.indexes", name), (rows) =>
      rows.map((row) => {
        const options = textsOf(row["options"])
        return {
          name: String(row["index_name"]),
          kind: String(row["kind"]),
          target: options.get("target") ?? "",
          implementation: options.get("class_name")?.split(".").at(-1)
        }
      })
    )
  )

/** The options of a table; undefined where there is no such table. */
export const readTableOptions = (
  cassandra: Cassandra["Service"],
  name: TableName
): Read<TableOptions | undefined> =>
  orUnknown(
    Effect.map(
      rowsOf(cassandra, "default_time_to_live, gc_grace_seconds FROM system_schema.tables", name),
      ([row]) =>
        row === undefined
          ? undefined
          : {
              defaultTimeToLiveSeconds: Number(row["default_time_to_live"]),
              gcGraceSeconds: Number(row["gc_grace_seconds"])
            }
    )
  )

/** How a keyspace is replicated; undefined where there is no such keyspace. */
export const readReplication = (
  cassandra: Cassandra["Service"],
  keyspace: string
): Read<KeyspaceReplication | undefined> =>
  orUnknown(
    Effect.map(
      allRows(cassandra, {
        query: "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?",
        params: [keyspace]
      }),
      ([row]) => (row === undefined ? undefined : replicationOf(textsOf(row["replication"])))
    )
  )

const rowsOf = (
  cassandra: Cassandra["Service"],
  what: string,
  { keyspace, table }: TableName
): Effect.Effect<ReadonlyArray<Row>, CassandraError> =>
  allRows(cassandra, {
    query: `SELECT ${what} WHERE keyspace_name = ? AND table_name = ?`,
    params: [keyspace, table]
  })

const replicationOf = (options: ReadonlyMap<string, string>): KeyspaceReplication => ({
  strategy: (options.get("class") ?? "").split(".").at(-1) ?? "",
  // `3/1` are 3 copies, 1 of them transient.
  factors: Object.fromEntries(
    [...options]
      .filter(([name]) => name !== "class")
      .map(([name, factor]) => [name, Number.parseInt(factor, 10)])
  )
})

/** A `map<text, text>`, as the driver gives it. */
const textsOf = (value: unknown): ReadonlyMap<string, string> =>
  new Map(
    typeof value === "object" && value !== null
      ? Object.entries(value).map(([name, text]) => [name, String(text)])
      : []
  )
