/** The fact table in Cassandra. */
import { Effect, Layer, Option } from "effect"
import { Cassandra, type Page } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import type { FactState } from "../domain/Fact.ts"
import { unavailable } from "./CassandraFailure.ts"
import {
  bytesOfOrder,
  bytesOfPayment,
  factFrom,
  factStatement,
  keysStatement,
  ordersStatement,
  paymentsStatement,
  pingStatement,
  stateFrom,
  statesStatement
} from "./FactStatements.ts"
import { FactStore, type OrderWrite, type PaymentWrite } from "./FactStore.ts"
import { batchBytesMax, batchRowsMax, readKeysMax, scanAnswerMillis, scanPageRows } from "./Limits.ts"
import { makeRowRequests, type RowKind } from "./RowRequests.ts"

/**
 * The fact table `orders_payments_facts` in the cluster's keyspace.
 *
 * Rows of one call that one replica holds go to it together, in small unlogged batches; where a batch fails for
 * what may be one row's fault, its rows are written one by one, so that it costs only itself (G3). A row that
 * Cassandra refuses for itself is rejected once that is certain (decision 0015).
 *
 * The caller checks the size of a row: MAX_ROW_BYTES (1 MiB) is far below the 16 MiB at which Cassandra by default
 * refuses a request or a mutation. A cluster with a lower limit says so, and that row is rejected.
 *
 * **Errors**: building it fails with `TableMissing`, `KeyspaceMissing` or `Unauthorized` when the cluster says so.
 * Later the same is an outage: the table may come back, and then everything works again (G4).
 */
export const FactStoreCassandra = {
  layer: Layer.effect(
    FactStore,
    Effect.gen(function* () {
      const cassandra = yield* Cassandra
      const isOutage = (error: CassandraError): boolean => error.isRetryable
      yield* Effect.catchIf(cassandra.execute(pingStatement), isOutage, () => Effect.void)
      return FactStore.of({
        storeOrders: yield* makeRowRequests(cassandra, orderWrites),
        storePayments: yield* makeRowRequests(cassandra, paymentWrites),
        states: yield* makeRowRequests(cassandra, stateReads),
        get: (orderId) =>
          Effect.mapBoth(cassandra.execute(factStatement(orderId)), {
            onSuccess: ({ rows }) => Option.map(Option.fromNullishOr(rows[0]), factFrom),
            onFailure: (error) => unavailable("read fact", error)
          }),
        count: Effect.mapError(countRows(cassandra), (error) => unavailable("count facts", error)),
        ping: Effect.mapBoth(cassandra.execute(pingStatement), {
          onSuccess: () => undefined,
          onFailure: (error) => unavailable("ping", error)
        })
      })
    })
  )
} as const

type Connected = Cassandra["Service"]

const orderWrites: RowKind<OrderWrite, void> = {
  operation: "store orders",
  maxRows: batchRowsMax,
  maxBytes: batchBytesMax,
  bytesOf: bytesOfOrder,
  orderIdOf: ({ order }) => order.order_id,
  versionOf: ({ version }) => version,
  textsOf: ({ order }) => [order.item, order.shipping_address, order.order_status, order.creation_date],
  statementOf: ordersStatement,
  resultsOf: () => [],
  harmless: undefined
}

const paymentWrites: RowKind<PaymentWrite, void> = {
  operation: "store payments",
  maxRows: batchRowsMax,
  maxBytes: batchBytesMax,
  bytesOf: bytesOfPayment,
  orderIdOf: ({ payment }) => payment.order_id,
  versionOf: ({ version }) => version,
  textsOf: ({ payment }) => [
    payment.payment_method,
    payment.card_last_four,
    payment.payment_status,
    payment.payment_datetime
  ],
  statementOf: paymentsStatement,
  resultsOf: () => [],
  harmless: undefined
}

const stateReads: RowKind<bigint, FactState | undefined> = {
  operation: "read states",
  maxRows: readKeysMax,
  maxBytes: Number.POSITIVE_INFINITY,
  bytesOf: () => 0,
  orderIdOf: (orderId) => orderId,
  versionOf: () => 0n,
  textsOf: () => [],
  statementOf: (orderIds) => statesStatement([...new Set(orderIds)]),
  resultsOf: (orderIds, { rows }: Page) => {
    const states = new Map(rows.map((row) => [row["order_id"], stateFrom(row)]))
    return orderIds.map((orderId) => states.get(orderId))
  },
  harmless: 0n
}

/** Page by page: a `count(*)` of a large table runs into the server's time limit. */
const countRows = (cassandra: Connected): Effect.Effect<number, CassandraError> =>
  Effect.gen(function* () {
    let rows = 0
    let page: string | undefined
    do {
      const answer = yield* cassandra.execute(keysStatement, {
        pageSize: scanPageRows,
        timeoutMillis: scanAnswerMillis,
        page
      })
      rows += answer.rows.length
      page = answer.next
    } while (page !== undefined)
    return rows
  })
