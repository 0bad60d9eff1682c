/** Looks an order or a payment up in the fact table. */
import { Context, Effect, Option, Result } from "effect"
import { Cassandra } from "../../cassandra/Cassandra.ts"
import { type Fact, orderColumns } from "../../domain/Fact.ts"
import { FactStore } from "../../facts/FactStore.ts"
import { readPaymentIndex } from "../../facts/PaymentIndex.ts"
import { ordersByIndex, ordersByScan } from "../../facts/PaymentRows.ts"
import type { LookUpKey } from "../../telemetry/LookUp.ts"
import { whereRowsShown } from "../Limits.ts"
import { withProgress } from "../Progress.ts"
import { whyOf } from "../Remedies.ts"
import { thousands } from "./DlqWords.ts"
import { withServerTimeout } from "./ServerTimeout.ts"

/** A row that has to do with what is looked for. */
export interface FoundRow {
  readonly orderId: bigint
  readonly paymentId: bigint | null
  /** Whether the order is in it; a row may hold a payment alone. */
  readonly hasOrder: boolean
}

/** What was found in the table, and how. */
export interface TableLook {
  /** The first 10 at most. */
  readonly rows: ReadonlyArray<FoundRow>
  /** There are more. */
  readonly isCut: boolean
  readonly by: "key" | "index" | "scan"
  /** How many rows a scan read; 0 where there was none. */
  readonly scanned: number
  /** Why an index that is there did not help. */
  readonly indexError: string | undefined
}

/** Where the table is. */
export interface TableOptions {
  readonly key: LookUpKey
  readonly keyspace: string
  readonly connected: Context.Context<Cassandra | FactStore>
}

/** Looks in the table; answers why it was not looked at where it does not answer. */
export const lookInTable = ({
  connected,
  key,
  keyspace
}: TableOptions): Effect.Effect<Result.Result<TableLook, string>> =>
  Effect.gen(function* () {
    const cassandra = Context.get(connected, Cassandra)
    const { get } = Context.get(connected, FactStore)
    const rowOf = (orderId: bigint) => Effect.map(withServerTimeout("Cassandra")(get(orderId)), foundRow)
    const found = key.kind === "order" ? byKey(key.id) : yield* byPayment(cassandra, keyspace, key.id)
    const rows = yield* Effect.forEach(found.orderIds.slice(0, whereRowsShown), rowOf)
    const { by, indexError, scanned } = found
    const isCut = found.orderIds.length > whereRowsShown
    return { rows: rows.flatMap(Option.toArray), isCut, by, indexError, scanned } satisfies TableLook
  }).pipe(Effect.mapError(whyOf), Effect.result)

interface FoundOrders extends Omit<TableLook, "rows" | "isCut"> {
  readonly orderIds: ReadonlyArray<bigint>
}

const byKey = (orderId: bigint): FoundOrders => ({
  orderIds: [orderId],
  by: "key",
  scanned: 0,
  indexError: undefined
})

/** By the index; where there is none, or it cannot be used (it is being built), by reading the whole table. */
const byPayment = Effect.fnUntraced(function* (
  cassandra: Cassandra["Service"],
  keyspace: string,
  paymentId: bigint
) {
  const index = yield* readPaymentIndex(cassandra, keyspace)
  const indexed = index === undefined ? undefined : yield* Effect.result(ordersByIndex(cassandra, paymentId))
  if (indexed !== undefined && Result.isSuccess(indexed)) {
    const byIndex: FoundOrders = { orderIds: indexed.success, by: "index", scanned: 0, indexError: undefined }
    return byIndex
  }
  let rows = 0
  const scan = yield* ordersByScan(cassandra, paymentId, (read) => {
    rows = read
  }).pipe(withProgress(Effect.sync(() => `scanning the table · ${thousands(rows)} rows read`)))
  const byScan: FoundOrders = {
    orderIds: scan.orderIds,
    by: "scan",
    scanned: scan.rows,
    indexError: indexed === undefined ? undefined : indexed.failure.message
  }
  return byScan
})

const foundRow = (fact: Option.Option<Fact>): Option.Option<FoundRow> =>
  Option.map(fact, (row) => ({
    orderId: row.order_id,
    paymentId: row.payment_id,
    hasOrder: orderColumns.some((column) => row[column] !== null)
  }))
