/** Finds the rows that hold a payment: the table's key is the order's id. */
import { Effect, Schedule } from "effect"
import type { Cassandra, Page, Row, Statement } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { scanAnswerMillis, scanPageRows, scanPageTries, scanRetryMillis } from "./Limits.ts"

/** What a scan for a payment has come to. */
export interface PaymentScan {
  /** The orders in whose rows it is, up to the page that holds the first. */
  readonly orderIds: ReadonlyArray<bigint>
  /** Rows that were read. */
  readonly rows: number
}

/** The orders in whose rows a payment is, by an index on the payment's id. **Errors**: also where it is not built yet. */
export const ordersByIndex = (
  cassandra: Cassandra["Service"],
  paymentId: bigint
): Effect.Effect<ReadonlyArray<bigint>, CassandraError> =>
  Effect.map(
    cassandra.execute(
      { query: "SELECT order_id FROM orders_payments_facts WHERE payment_id = ?", params: [paymentId] },
      { pageSize: scanPageRows, timeoutMillis: scanAnswerMillis }
    ),
    ({ rows }) => rows.flatMap(orderIdOf)
  )

/**
 * Reads the table page by page until the payment is found. A page that is not answered is asked for again.
 *
 * `onPage` is told how many rows have been read.
 */
export const ordersByScan = (
  cassandra: Cassandra["Service"],
  paymentId: bigint,
  onPage: (rows: number) => void
): Effect.Effect<PaymentScan, CassandraError> =>
  Effect.gen(function* () {
    let rows = 0
    let page: string | undefined
    do {
      const answer: Page = yield* cassandra
        .execute(pairsStatement, { pageSize: scanPageRows, timeoutMillis: scanAnswerMillis, page })
        .pipe(
          Effect.retry({
            while: ({ isRetryable }) => isRetryable,
            times: scanPageTries - 1,
            schedule: Schedule.spaced(scanRetryMillis)
          })
        )
      rows += answer.rows.length
      onPage(rows)
      const found = answer.rows.filter((row) => row["payment_id"] === paymentId)
      if (found.length > 0) return { orderIds: found.flatMap(orderIdOf), rows }
      page = answer.next
    } while (page !== undefined)
    return { orderIds: [], rows }
  })

const pairsStatement: Statement = {
  query: "SELECT order_id, payment_id FROM orders_payments_facts",
  params: []
}

const orderIdOf = (row: Row): ReadonlyArray<bigint> => {
  const orderId = row["order_id"]
  return typeof orderId === "bigint" ? [orderId] : []
}
