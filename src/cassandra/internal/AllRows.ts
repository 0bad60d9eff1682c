/** Reads an answer to its end. */
import { Effect } from "effect"
import type { Cassandra, ExecuteOptions, Page, Row, Statement } from "../Cassandra.ts"
import type { CassandraError } from "../CassandraError.ts"

/** The rows of all pages: a keyspace that is shared may have many columns. */
export const allRows = Effect.fnUntraced(function* (
  cassandra: Cassandra["Service"],
  statement: Statement,
  options: ExecuteOptions = {}
): Effect.fn.Return<ReadonlyArray<Row>, CassandraError> {
  const rows: Array<Row> = []
  let page: string | undefined
  do {
    const answer: Page = yield* cassandra.execute(statement, { ...options, page })
    rows.push(...answer.rows)
    page = answer.next
  } while (page !== undefined)
  return rows
})
