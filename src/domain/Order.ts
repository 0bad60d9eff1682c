/** An order as publishers send it; field names are the wire's and the table's, so nothing is renamed anywhere. */
import { Schema } from "effect"
import { Int64FromJson, PositiveInt64FromJson } from "./Int64.ts"
import { Text } from "./Text.ts"

/**
 * Identifies an order; the partition key of the fact table.
 *
 * **Shape**: bigint, 1 to 2^63 − 1.
 */
export const OrderId = PositiveInt64FromJson.pipe(Schema.brand("OrderId"))
export type OrderId = typeof OrderId.Type

/**
 * The order message. Unknown fields are ignored.
 *
 * **Shape**: flat JSON object. `creation_date` stays text, verbatim.
 * **Source**: topic `orders_data`.
 */
export const Order = Schema.Struct({
  order_id: OrderId,
  customer_id: Int64FromJson,
  item: Text,
  quantity: PositiveInt64FromJson,
  price: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0, { expected: "a number of at least 0" })),
  shipping_address: Text,
  order_status: Text,
  creation_date: Text
})
export type Order = typeof Order.Type
