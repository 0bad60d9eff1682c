/** CQL on the fact table, and the values bound to it. */
import type { Param, Row, Statement } from "../cassandra/Cassandra.ts"
import { type Fact, type FactState, factColumns, orderColumns, paymentColumns } from "../domain/Fact.ts"
import type { Version } from "../domain/Version.ts"
import type { OrderWrite, PaymentWrite } from "./FactStore.ts"

/** The table's name, as the migrations and these statements have it. */
export const factTable = "orders_payments_facts"

/** Writes the orders' columns only, each row at its own version: a payment in a row stays. */
export const ordersStatement = (writes: ReadonlyArray<OrderWrite>): Statement => {
  const params: Array<Param> = []
  for (const { order, version } of writes) {
    params.push(
      order.order_id,
      order.customer_id,
      order.item,
      order.quantity,
      order.price,
      order.shipping_address,
      order.order_status,
      order.creation_date,
      version
    )
  }
  return { query: insertOrders(writes.length), params, rows: writes.length }
}

/**
 * Writes the payments' five columns, each row at its own version.
 *
 * UPDATEs: unlike an INSERT they leave no row marker, so a payment alone makes no row that outlives its columns.
 */
export const paymentsStatement = (writes: ReadonlyArray<PaymentWrite>): Statement => {
  const params: Array<Param> = []
  for (const { payment, version } of writes) {
    params.push(
      version,
      payment.payment_id,
      payment.payment_method,
      payment.card_last_four,
      payment.payment_status,
      payment.payment_datetime,
      payment.order_id
    )
  }
  return { query: updatePayments(writes.length), params, rows: writes.length }
}

/** The approximate size of an order's values in a mutation. **Units**: bytes. */
export const bytesOfOrder = ({ order }: OrderWrite): number =>
  9 * cellBytes +
  Buffer.byteLength(order.item) +
  Buffer.byteLength(order.shipping_address ?? "") +
  Buffer.byteLength(order.order_status) +
  Buffer.byteLength(order.creation_date)

/** The same of a payment. **Units**: bytes. */
export const bytesOfPayment = ({ payment }: PaymentWrite): number =>
  7 * cellBytes +
  Buffer.byteLength(payment.payment_method) +
  Buffer.byteLength(payment.card_last_four ?? "") +
  Buffer.byteLength(payment.payment_status) +
  Buffer.byteLength(payment.payment_datetime)

/** Reads what {@link stateFrom} takes, of several orders. */
export const statesStatement = (orderIds: ReadonlyArray<bigint>): Statement => ({
  query: selectStates,
  params: [orderIds]
})

/** Reads a whole row. */
export const factStatement = (orderId: bigint): Statement => ({
  query: `SELECT ${factColumns.join(", ")} FROM orders_payments_facts WHERE order_id = ?`,
  params: [orderId]
})

/** Reads every key. */
export const keysStatement: Statement = { query: "SELECT order_id FROM orders_payments_facts", params: [] }

/** Reads almost nothing, and fails if the table does not exist or too few replicas are up. */
export const pingStatement: Statement = {
  query: "SELECT order_id FROM orders_payments_facts WHERE order_id = ?",
  params: [0n]
}

/** The partition key as Cassandra encodes it. **Shape**: 8 bytes, big-endian. */
export const partitionKey = (orderId: bigint): Buffer => {
  const key = Buffer.allocUnsafe(8)
  key.writeBigInt64BE(orderId)
  return key
}

/** A row of {@link factStatement}; the columns' types make its values a fact's. */
export const factFrom = (row: Row): Fact =>
  Object.fromEntries(factColumns.map((column) => [column, row[column] ?? null])) as unknown as Fact

/** A row of {@link statesStatement}; none where no column of the order was written: it does not exist. */
export const stateFrom = (row: Row): FactState | undefined => {
  const orderVersion = orderVersionOf(row)
  if (orderVersion === undefined) return undefined
  const paymentId = row["payment_id"]
  const paymentVersion = row["payment_version"]
  return {
    orderVersion,
    payment:
      typeof paymentId !== "bigint" || typeof paymentVersion !== "bigint"
        ? undefined
        : {
            version: paymentVersion,
            columns: {
              payment_id: paymentId,
              payment_method: textOf(row["payment_method"]),
              card_last_four: nullableText(row["card_last_four"]),
              payment_status: textOf(row["payment_status"]),
              payment_datetime: textOf(row["payment_datetime"])
            }
          }
  }
}

/**
 * Another program may have written only some of an order's columns, or each at another time.
 *
 * Column by column and not in a loop over their names: every payment passes here, and a loop costs five times as much.
 */
const orderVersionOf = (row: Row): Version | undefined => {
  let greatest = later(undefined, row["customer_id_version"])
  greatest = later(greatest, row["item_version"])
  greatest = later(greatest, row["quantity_version"])
  greatest = later(greatest, row["price_version"])
  greatest = later(greatest, row["shipping_address_version"])
  greatest = later(greatest, row["order_status_version"])
  return later(greatest, row["creation_date_version"])
}

const later = (greatest: Version | undefined, version: unknown): Version | undefined =>
  typeof version === "bigint" && (greatest === undefined || version > greatest) ? version : greatest

const selectStates =
  `SELECT order_id, ${orderColumns.map((column) => `WRITETIME(${column}) AS ${column}_version`).join(", ")}, ` +
  `${paymentColumns.join(", ")}, WRITETIME(payment_id) AS payment_version ` +
  "FROM orders_payments_facts WHERE order_id IN ?"

const nullableText = (value: unknown): string | null => (typeof value === "string" ? value : null)

// A row that another program wrote may lack some of them.
const textOf = (value: unknown): string => nullableText(value) ?? ""

/**
 * The text of a write of this many rows, as one unlogged batch. One row is a batch too: Cassandra checks some limits for
 * single statements only, and the same row must meet the same answer beside others and alone (G3).
 *
 * Such a text is prepared like any other. The driver's own batches look up every row's statement by its text and
 * frame each row separately, which costs a fifth more, and the server a little too (decision 0008).
 */
const together = (write: string): ((rows: number) => string) => {
  const texts: Array<string> = []
  return (rows) => {
    texts[rows] ??= `BEGIN UNLOGGED BATCH ${`${write}; `.repeat(rows)}APPLY BATCH`
    return texts[rows]
  }
}

const insertOrders = together(
  "INSERT INTO orders_payments_facts (order_id, customer_id, item, quantity, price, shipping_address, " +
    "order_status, creation_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"
)

const updatePayments = together(
  "UPDATE orders_payments_facts USING TIMESTAMP ? SET payment_id = ?, payment_method = ?, " +
    "card_last_four = ?, payment_status = ?, payment_datetime = ? WHERE order_id = ?"
)

// A number, or a text's length, and what Cassandra keeps with each cell: timestamp, flags. Rounded up.
const cellBytes = 24
