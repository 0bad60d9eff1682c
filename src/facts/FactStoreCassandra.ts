/** The fact table in Cassandra. */
import { Effect, Layer, Option, Result } from "effect"
import {
  Cassandra,
  type Replicas,
  type Row,
  type Statement,
  type StatementRequest
} from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import type { FactState } from "../domain/Fact.ts"
import { rejectedOrUnavailable, unavailable } from "./CassandraFailure.ts"
import {
  bytesOfOrder,
  bytesOfPayment,
  factFrom,
  factStatement,
  keysStatement,
  ordersStatement,
  partitionKey,
  paymentsStatement,
  pingStatement,
  stateFrom,
  statesStatement
} from "./FactStatements.ts"
import { type Answers, FactStore } from "./FactStore.ts"
import { answerGroups } from "./GroupedAnswers.ts"
import { batchBytesMax, batchRowsMax, readKeysMax, scanAnswerMillis, scanPageRows } from "./Limits.ts"
import { groupRows } from "./RowGroups.ts"

/**
 * The fact table `orders_payments_facts` in the cluster's keyspace.
 *
 * Rows of one call that the same hosts hold go to one of them together, in small unlogged batches; where a batch fails for
 * what may be one row's fault, its rows are written one by one, so that it costs only itself (G3).
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
        storeOrders: (writes) =>
          writeRows(cassandra, writes, {
            operation: "store orders",
            orderIdOf: ({ order }) => order.order_id,
            bytesOf: bytesOfOrder,
            statementOf: ordersStatement
          }),
        storePayments: (writes) =>
          writeRows(cassandra, writes, {
            operation: "store payments",
            orderIdOf: ({ payment }) => payment.order_id,
            bytesOf: bytesOfPayment,
            statementOf: paymentsStatement
          }),
        states: (orderIds) => readStates(cassandra, orderIds),
        get: (orderId) =>
          Effect.mapBoth(cassandra.execute(factStatement(orderId)), {
            onSuccess: ({ rows }) => Option.map(Option.fromNullishOr(rows[0]), factFrom),
            onFailure: (error) => unavailable("read fact", error)
          }),
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

/** A kind of write. */
interface RowWrite<A> {
  readonly operation: string
  readonly orderIdOf: (write: A) => bigint
  readonly bytesOf: (write: A) => number
  readonly statementOf: (writes: ReadonlyArray<A>) => Statement
}

const writeRows = <A>(
  cassandra: Connected,
  writes: ReadonlyArray<A>,
  { operation, orderIdOf, bytesOf, statementOf }: RowWrite<A>
): Effect.Effect<Answers<void>> => {
  const groups = groupRows(writes, {
    maxRows: batchRowsMax,
    maxBytes: batchBytesMax,
    bytesOf,
    hostsOf: (write) => cassandra.replicasOf(() => partitionKey(orderIdOf(write))),
    preferredOf: cassandra.preferredOf
  })
  return answerGroups(groups, {
    operation,
    ask: (asked) =>
      Effect.map(
        cassandra.executeAll(asked.map(({ elements, hosts }) => request(statementOf(elements), hosts))),
        (results) => results.map(Result.map(() => []))
      ),
    failureOf: rejectedOrUnavailable
  })
}

const readStates = (
  cassandra: Connected,
  orderIds: ReadonlyArray<bigint>
): Effect.Effect<Answers<FactState | undefined>> => {
  const groups = groupRows(orderIds, {
    maxRows: readKeysMax,
    maxBytes: Number.POSITIVE_INFINITY,
    bytesOf: () => 0,
    hostsOf: (orderId) => cassandra.replicasOf(() => partitionKey(orderId)),
    preferredOf: cassandra.preferredOf
  })
  return answerGroups(groups, {
    operation: "read states",
    ask: (asked) =>
      Effect.map(
        cassandra.executeAll(
          asked.map(({ elements, hosts }) => request(statesStatement([...new Set(elements)]), hosts))
        ),
        (results) =>
          results.map((result, at) =>
            Result.map(result, ({ rows }) => statesOf(asked[at]?.elements ?? [], rows))
          )
      ),
    failureOf: unavailable
  })
}

const request = (statement: Statement, replicas: Replicas | undefined): StatementRequest => ({
  statement,
  options: { replicas }
})

const statesOf = (
  orderIds: ReadonlyArray<bigint>,
  rows: ReadonlyArray<Row>
): ReadonlyArray<FactState | undefined> => {
  const states = new Map<unknown, FactState | undefined>()
  for (const row of rows) states.set(row["order_id"], stateFrom(row))
  return orderIds.map((orderId) => states.get(orderId))
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
