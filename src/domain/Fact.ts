/** One row of the fact table: an order, and its payment once there is one. */
import type { PaymentColumns, Version } from "./Version.ts"

/**
 * A row as it stands in the table.
 *
 * **Shape**: the table's 13 columns. A payment-only row has null in every column of the order: that does not exist.
 * A guest's order has `customer_id: null` among values.
 */
export interface Fact {
  readonly order_id: bigint
  readonly customer_id: bigint | null
  readonly item: string | null
  readonly quantity: bigint | null
  readonly price: number | null
  readonly shipping_address: string | null
  readonly order_status: string | null
  readonly creation_date: string | null
  readonly payment_id: bigint | null
  readonly payment_method: string | null
  readonly card_last_four: string | null
  readonly payment_status: string | null
  readonly payment_datetime: string | null
}

/** The columns an order writes beside its id. The order exists where one of them has a value. */
export const orderColumns = [
  "customer_id",
  "item",
  "quantity",
  "price",
  "shipping_address",
  "order_status",
  "creation_date"
] as const satisfies ReadonlyArray<keyof Fact>

/** The columns a payment writes. */
export const paymentColumns = [
  "payment_id",
  "payment_method",
  "card_last_four",
  "payment_status",
  "payment_datetime"
] as const satisfies ReadonlyArray<keyof Fact>

/** The table's columns, in the table's order. */
export const factColumns = ["order_id", ...orderColumns, ...paymentColumns] as const

/**
 * The columns that say something of a person, and are shown only to somebody who asks for them: who it is, where they live,
 * what they bought for how much, and how they paid. The others say what became of an order.
 */
export const personalColumns: ReadonlySet<keyof Fact> = new Set([
  "customer_id",
  "item",
  "quantity",
  "price",
  "shipping_address",
  "payment_method",
  "card_last_four"
])

/** The state of its row that decides what a payment does. */
export interface FactState {
  /** The greatest write timestamp among the order's columns; other writers may not count in µs. */
  readonly orderVersion: Version
  /** The payment in the row, if there is one. */
  readonly payment: { readonly version: Version; readonly columns: PaymentColumns } | undefined
}
