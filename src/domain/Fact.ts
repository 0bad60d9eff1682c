/** One row of the fact table: an order, and its payment once there is one. */
import type { PaymentColumns } from "./Version.ts"

/**
 * A row as it stands in the table.
 *
 * **Shape**: the table's 13 columns. A payment-only row has nothing but nulls in the order's: such an order does not
 * exist. A guest's order has `customer_id: null` among values.
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

/** The table's columns, in the table's order. */
export const factColumns = [
  "order_id",
  "customer_id",
  "item",
  "quantity",
  "price",
  "shipping_address",
  "order_status",
  "creation_date",
  "payment_id",
  "payment_method",
  "card_last_four",
  "payment_status",
  "payment_datetime"
] as const satisfies ReadonlyArray<keyof Fact>

/** What a payment has to know of its row before it may be written. */
export interface FactState {
  /** The write timestamp of the order's columns. **Units**: µs since the epoch. */
  readonly orderVersion: number
  /** The payment that stands in the row, if one does. */
  readonly payment: { readonly version: number; readonly columns: PaymentColumns } | undefined
}
