/** An order as publishers send it; field names are the wire's and the table's, so nothing is renamed anywhere. */
import { Effect, Schema } from "effect"
import { Int64FromJson, PositiveInt64FromJson } from "./Int64.ts"
import { Text } from "./Text.ts"

/**
 * Identifies an order; the partition key of the fact table.
 *
 * **Shape**: bigint, 1 to 2^63 − 1.
 */
export const OrderId = PositiveInt64FromJson.pipe(Schema.brand("OrderId"))
export type OrderId = typeof OrderId.Type

const nullable = <S extends Schema.Constraint>(schema: S) =>
  Schema.NullOr(schema).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

/**
 * The order message. Unknown fields are ignored.
 *
 * **Shape**: flat JSON object. `creation_date` stays text, verbatim. A guest's order has no `customer_id`, one that is
 * not shipped no `shipping_address`: null or absent, which is written as null.
 * **Source**: topic `orders_data`.
 */
export const Order = Schema.Struct({
  order_id: OrderId,
  customer_id: nullable(Int64FromJson),
  item: Text,
  quantity: PositiveInt64FromJson,
  price: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0, { expected: "a number of at least 0" })),
  shipping_address: nullable(Text),
  order_status: Text,
  creation_date: Text
})
export type Order = typeof Order.Type

/** The fields of an order that are bigints. */
export const orderIntegers = ["order_id", "customer_id", "quantity"] as const satisfies ReadonlyArray<
  keyof Order
>
