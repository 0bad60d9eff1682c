/** The tables of a keyspace as they are, whatever any record says. */
import { Effect } from "effect"
import type { Cassandra, Page, Row, Statement } from "../Cassandra.ts"
import type { CassandraError } from "../CassandraError.ts"
import type { ExistingTable } from "./MigrationPlan.ts"
import { type Column, type ColumnRole, normalType } from "./SchemaChange.ts"

/** The tables of a keyspace by name, with their columns and indexes. **Source**: `system_schema`, of Cassandra 3.0 on. */
export const readTables = (
  cassandra: Cassandra["Service"],
  keyspace: string
): Effect.Effect<ReadonlyMap<string, ExistingTable>, CassandraError> =>
  Effect.gen(function* () {
    const rowsOf = (what: string) =>
      allRows(cassandra, { query: `SELECT ${what} WHERE keyspace_name = ?`, params: [keyspace] })
    const names = yield* rowsOf("table_name FROM system_schema.tables")
    const columns = yield* rowsOf("table_name, column_name, type, kind FROM system_schema.columns")
    const indexes = yield* rowsOf("table_name, index_name FROM system_schema.indexes")
    return new Map(
      names.map((row) => {
        const isOfTable = (other: Row) => other["table_name"] === row["table_name"]
        const table: ExistingTable = {
          columns: new Map(
            columns.filter(isOfTable).map((column) => [text(column["column_name"]), columnOf(column)])
          ),
          indexes: new Set(indexes.filter(isOfTable).map((index) => text(index["index_name"])))
        }
        return [text(row["table_name"]), table]
      })
    )
  })

/** The rows of all pages: a keyspace that is shared may have many columns. */
const allRows = Effect.fnUntraced(function* (
  cassandra: Cassandra["Service"],
  statement: Statement
): Effect.fn.Return<ReadonlyArray<Row>, CassandraError> {
  const rows: Array<Row> = []
  let page: string | undefined
  do {
    const answer: Page = yield* cassandra.execute(statement, { page })
    rows.push(...answer.rows)
    page = answer.next
  } while (page !== undefined)
  return rows
})

const columnOf = (row: Row): Column => ({
  name: text(row["column_name"]),
  type: normalType(text(row["type"])),
  role: roles[text(row["kind"])] ?? "value"
})

const roles: Readonly<Record<string, ColumnRole>> = {
  partition_key: "partition key",
  clustering: "clustering key",
  static: "static"
}

const text = (value: unknown): string => String(value)
