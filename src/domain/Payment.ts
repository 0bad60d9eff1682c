/** A payment as publishers send it; field names are the wire's and the table's. */
import { Effect, Schema, SchemaTransformation } from "effect"
import { PositiveInt64FromJson } from "./Int64.ts"
import { OrderId } from "./Order.ts"
import { Text } from "./Text.ts"

/**
 * Identifies a payment.
 *
 * **Shape**: bigint, 1 to 2^63 − 1.
 */
export const PaymentId = PositiveInt64FromJson.pipe(Schema.brand("PaymentId"))
export type PaymentId = typeof PaymentId.Type

const CardLastFour = Schema.NullOr(Schema.String).pipe(
  Schema.decodeTo(
    Schema.NullOr(Schema.String.check(Schema.isPattern(/^[0-9]{4}$/, { expected: "four digits" }))),
    SchemaTransformation.transform({
      decode: (digits: string | null) => (digits === "" ? null : digits),
      encode: (digits: string | null) => digits
    })
  ),
  Schema.withDecodingDefaultKey(Effect.succeed(null))
)

/**
 * The payment message. Unknown fields are ignored.
 *
 * **Shape**: flat JSON object. `payment_datetime` stays text: 477 of the original producer's 500 values are no
 * legal times, and its messages must work. Where there is no card, `card_last_four` is null, absent or empty text,
 * which is written as null.
 * **Source**: topic `payment_data`.
 */
export const Payment = Schema.Struct({
  payment_id: PaymentId,
  order_id: OrderId,
  payment_method: Text,
  card_last_four: CardLastFour,
  payment_status: Text,
  payment_datetime: Text
})
export type Payment = typeof Payment.Type

/** The fields of a payment that are bigints. */
export const paymentIntegers = ["payment_id", "order_id"] as const satisfies ReadonlyArray<keyof Payment>
