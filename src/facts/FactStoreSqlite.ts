/** The fact table in a SQLite file (or in memory): what `demo` and the tests run on, with Cassandra's rules. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"
import { Effect, Layer, Option, Result } from "effect"
import { type Fact, factColumns } from "../domain/Fact.ts"
import {
  type Answers,
  FactStore,
  FactStoreError,
  FactStoreUnavailable,
  type OrderWrite,
  type PaymentWrite,
  RowRejected
} from "./FactStore.ts"
import {
  createTable,
  readFact,
  readOrdersOfPayment,
  readState,
  upsertOrder,
  upsertPayment
} from "./FactStoreSqliteStatements.ts"

/** Where the table is kept. */
export interface FactStoreSqliteOptions {
  /** A path, created if it is not there, or `":memory:"`. Its folder has to exist. */
  readonly file: string
}

/**
 * The fact table in a SQLite file.
 *
 * Each call is one transaction. Writes obey the same versions as Cassandra's cells do, including ties: of two
 * equal versions the greater value wins, cell by cell, bytewise; so both stores end with the same table.
 *
 * **Errors**: `FactStoreUnavailable` when the file cannot be opened.
 * **Guarantee**: a success is on disk (G1), replays in any order leave the same table (G2).
 */
export const FactStoreSqlite = {
  layer: (options: FactStoreSqliteOptions): Layer.Layer<FactStore, FactStoreError> =>
    Layer.effect(
      FactStore,
      Effect.gen(function* () {
        const { DatabaseSync } = yield* Effect.promise(() => import("node:sqlite"))
        const database = yield* Effect.acquireRelease(
          attempt("open", () => new DatabaseSync(options.file, { timeout: busyMillis })),
          (opened) => Effect.sync(() => opened.close())
        )
        return yield* attempt("open", () => FactStore.of(storeOn(database)))
      })
    )
} as const

const storeOn = (database: DatabaseSync): FactStore["Service"] => {
  // FULL makes a commit wait for the disk even in WAL mode: without it a power cut loses acknowledged rows.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
  database.exec(createTable)
  const putOrder = database.prepare(upsertOrder)
  const putPayment = database.prepare(upsertPayment)
  const stateOf = withBigInts(database.prepare(readState))
  const factOf = withBigInts(database.prepare(readFact))
  const ofPayment = withBigInts(database.prepare(readOrdersOfPayment))
  const countRows = database.prepare("SELECT count(*) AS rows FROM orders_payments_facts")
  const anyRow = database.prepare("SELECT order_id FROM orders_payments_facts LIMIT 1")
  return {
    storeOrders: (writes) => writeAll(database, "store orders", putOrder, writes, orderValues),
    storePayments: (writes) => writeAll(database, "store payments", putPayment, writes, paymentValues),
    states: (orderIds) =>
      Effect.sync(() => orderIds.map((id) => trying("read states", () => stateFrom(stateOf.get(id))))),
    get: (orderId) =>
      attempt("read fact", () => Option.map(Option.fromNullishOr(factOf.get(orderId)), factFrom)),
    // A scan, of a table that is a demo's.
    ordersOfPayment: (paymentId) =>
      attempt("find a payment", () => ofPayment.all(paymentId).map((row) => factFrom(row).order_id)),
    count: attempt("count facts", () => Number(countRows.get()?.["rows"] ?? 0)),
    ping: attempt("ping", () => void anyRow.get())
  }
}

/** Every write in one transaction; a row that is refused costs only itself, a failed commit costs them all. */
const writeAll = <W>(
  database: DatabaseSync,
  operation: string,
  statement: StatementSync,
  writes: ReadonlyArray<W>,
  valuesOf: (write: W) => Array<SQLInputValue>
): Effect.Effect<Answers<void>> =>
  Effect.sync(() => {
    const committed = trying(operation, () => {
      database.exec("BEGIN IMMEDIATE")
      try {
        const answers = writes.map((write) => trying(operation, () => void statement.run(...valuesOf(write))))
        database.exec("COMMIT")
        return answers
      } catch (cause) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw cause
      }
    })
    return Result.isSuccess(committed) ? committed.success : writes.map(() => Result.fail(committed.failure))
  })

const orderValues = ({ order, version }: OrderWrite): Array<SQLInputValue> => [
  order.order_id,
  order.customer_id,
  order.item,
  order.quantity,
  order.price,
  order.shipping_address,
  order.order_status,
  order.creation_date,
  version
]

const paymentValues = ({ payment, version }: PaymentWrite): Array<SQLInputValue> => [
  payment.order_id,
  payment.payment_id,
  payment.payment_method,
  payment.card_last_four,
  payment.payment_status,
  payment.payment_datetime,
  version
]

type Row = Record<string, SQLOutputValue>

const stateFrom = (row: Row | undefined) => {
  const orderVersion = row?.["order_version"]
  // Without the first test an order of nothing but nulls would exist: its version is kept all the same.
  if (row?.["order_exists"] !== 1n || typeof orderVersion !== "bigint") return undefined
  const columns = factFrom(row)
  const paymentVersion = row["payment_version"]
  return {
    orderVersion,
    payment:
      columns.payment_id === null || typeof paymentVersion !== "bigint"
        ? undefined
        : {
            version: paymentVersion,
            columns: {
              payment_id: columns.payment_id,
              payment_method: columns.payment_method ?? "",
              card_last_four: columns.card_last_four,
              payment_status: columns.payment_status ?? "",
              payment_datetime: columns.payment_datetime ?? ""
            }
          }
  }
}

// The STRICT table holds exactly these types, and integers are read as bigints.
const factFrom = (row: Row): Fact =>
  Object.fromEntries(factColumns.map((column) => [column, row[column] ?? null])) as unknown as Fact

const withBigInts = (statement: StatementSync): StatementSync => {
  statement.setReadBigInts(true)
  return statement
}

const trying = <A>(operation: string, run: () => A): Result.Result<A, FactStoreError> =>
  Result.try({ try: run, catch: (cause) => failure(operation, cause) })

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, FactStoreError> =>
  Effect.try({ try: run, catch: (cause) => failure(operation, cause) })

const failure = (operation: string, cause: unknown): FactStoreError => {
  const detail = cause instanceof Error ? cause.message : "SQLite failed"
  const tooBig = cause instanceof Error && "errcode" in cause && cause.errcode === sqliteTooBig
  return new FactStoreError({
    operation,
    reason: tooBig ? new RowRejected({ detail, cause }) : new FactStoreUnavailable({ detail, cause })
  })
}

/** SQLITE_TOOBIG: the row exceeds SQLite's own limit (1,000,000,000 bytes). */
const sqliteTooBig = 18

/** How long to wait for another process's transaction. **Units**: milliseconds. */
const busyMillis = 5_000
