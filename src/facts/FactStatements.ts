/** CQL on the fact table, and the values bound to it. */
import type { Row, Statement } from "../cassandra/Cassandra.ts"
import { type Fact, type FactState, factColumns } from "../domain/Fact.ts"
import type { OrderWrite, PaymentWrite } from "./FactStore.ts"

/** Writes the order's columns only, at the order's version: a payment that stands in the row stays. */
export const orderStatement = ({ order, version }: OrderWrite): Statement => ({
  query:
    "INSERT INTO orders_payments_facts (order_id, customer_id, item, quantity, price, shipping_address, " +
    "order_status, creation_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
  params: [
    order.order_id,
    order.customer_id,
    order.item,
    order.quantity,
    order.price,
    order.shipping_address,
    order.order_status,
    order.creation_date,
    BigInt(version)
  ]
})

/**
 * Writes the payment's five columns at the payment's version.
 *
 * An UPDATE: unlike an INSERT it leaves no row marker, so a payment alone makes no row that outlives its columns.
 */
export const paymentStatement = ({ payment, version }: PaymentWrite): Statement => ({
  query:
    "UPDATE orders_payments_facts USING TIMESTAMP ? SET payment_id = ?, payment_method = ?, " +
    "card_last_four = ?, payment_status = ?, payment_datetime = ? WHERE order_id = ?",
  params: [
    BigInt(version),
    payment.payment_id,
    payment.payment_method,
    payment.card_last_four,
    payment.payment_status,
    payment.payment_datetime,
    payment.order_id
  ]
})

/** Reads what {@link stateFrom} takes, of several orders. */
export const statesStatement = (orderIds: ReadonlyArray<bigint>): Statement => ({
  query:
    "SELECT order_id, customer_id, WRITETIME(customer_id) AS order_version, payment_id, payment_method, " +
    "card_last_four, payment_status, payment_datetime, WRITETIME(payment_id) AS payment_version " +
    "FROM orders_payments_facts WHERE order_id IN ?",
  params: [orderIds]
})

/** Reads a whole row. */
export const factStatement = (orderId: bigint): Statement => ({
  query: `SELECT ${factColumns.join(", ")} FROM orders_payments_facts WHERE order_id = ?`,
  params: [orderId]
})

/** Reads every key. */
export const keysStatement: Statement = { query: "SELECT order_id FROM orders_payments_facts", params: [] }

/** Reads next to nothing, and fails if the table is not there or too few replicas are. */
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

/** Roughly what a statement's values weigh in a mutation. **Units**: bytes. */
export const bytesOf = ({ params }: Statement): number =>
  params.reduce<number>(
    (sum, param) => sum + cellBytes + (typeof param === "string" ? Buffer.byteLength(param) : 8),
    0
  )

/** A row of {@link factStatement}; the columns' types make its values a fact's. */
export const factFrom = (row: Row): Fact =>
  Object.fromEntries(factColumns.map((column) => [column, row[column] ?? null])) as unknown as Fact

/** A row of {@link statesStatement}; none without a `customer_id`, for such an order does not exist. */
export const stateFrom = (row: Row): FactState | undefined => {
  if (row["customer_id"] === null) return undefined
  const paymentId = row["payment_id"]
  return {
    orderVersion: Number(row["order_version"]),
    payment:
      typeof paymentId !== "bigint"
        ? undefined
        : {
            version: Number(row["payment_version"]),
            columns: {
              payment_id: paymentId,
              payment_method: textOf(row["payment_method"]),
              card_last_four: textOf(row["card_last_four"]),
              payment_status: textOf(row["payment_status"]),
              payment_datetime: textOf(row["payment_datetime"])
            }
          }
  }
}

// A row that another program wrote may lack some of them.
const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

// Timestamp, flags and length that Cassandra keeps with each cell, rounded up.
const cellBytes = 16
