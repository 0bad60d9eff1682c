/** The fact table in Cassandra. */
import { Effect, Layer, Option } from "effect"
import { Cassandra } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { unavailable } from "./CassandraFailure.ts"
import { factFrom, factStatement, keysStatement, pingStatement } from "./FactStatements.ts"
import { FactStore } from "./FactStore.ts"
import { scanAnswerMillis, scanPageRows } from "./Limits.ts"
import { ordersByIndex } from "./PaymentRows.ts"
import { orderWrites, paymentWrites, stateReads } from "./RowKinds.ts"
import { makeRowRequests } from "./RowRequests.ts"

/**
 * The fact table `orders_payments_facts` in the cluster's keyspace.
 *
 * Rows of one call that the same hosts hold go to one of them together, in small unlogged batches; where a batch fails for
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
        ordersOfPayment: (paymentId) =>
          ordersByIndex(cassandra, paymentId).pipe(
            // It wants ALLOW FILTERING, which is a scan: there is no index, or none that is built.
            Effect.catchIf(
              ({ reason }) => reason._tag === "RequestInvalid",
              () => Effect.undefined
            ),
            Effect.mapError((error) => unavailable("find a payment", error))
          ),
        silentHosts: cassandra.silentHosts,
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
