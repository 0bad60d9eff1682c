import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { orderOf, paymentOf } from "../../bench/Traffic.ts"
import { fastOrder, fastPayment } from "../../src/domain/FastDecoder.ts"
import { Order } from "../../src/domain/Order.ts"
import { Payment } from "../../src/domain/Payment.ts"

const kinds = [
  { name: "orders", usual: fastOrder, decoded: Schema.decodeUnknownSync(Order), sample: orderOf(7) },
  {
    name: "payments",
    usual: fastPayment,
    decoded: Schema.decodeUnknownSync(Payment),
    sample: paymentOf(7, 0)
  }
]

/** What JSON can hold and what stands for a number that is no int64, the edges of every field's rule among it. */
const values: ReadonlyArray<unknown> = [
  ...[0, -0, 1, -1, 1.5, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e300, -1e-300, Number.MAX_VALUE],
  ...["", "0", "7", "-7", "07", "1e3", "9223372036854775807", "9223372036854775808"],
  ...["0007", "007", "00070", "０００７", "0007\n", "Läptop 💻", "\ud800", "\udc00x", "\u0000"],
  ...[null, true, false, [], [7], {}, { order_id: 7 }, Number.NaN]
]

const nullable = ["customer_id", "shipping_address", "card_last_four"]

describe.each(kinds)("the usual shape of $name", ({ usual, decoded, sample }) => {
  const fields = Object.keys(sample)

  it("is that of the original producers' messages", () => {
    assert.deepStrictEqual(usual(sample), decoded(sample))
  })

  it("whatever one field holds, it gives what the Schema gives, or leaves it to the Schema", () => {
    for (const field of fields) {
      for (const value of values) {
        const message = { ...sample, [field]: value, another: value }
        const made = usual(message)
        if (made !== undefined) assert.deepStrictEqual(made, decoded(message), field)
      }
    }
  })

  it("a nullable field that is missing is null; another, or a value that is no object, is left to the Schema", () => {
    for (const field of fields) {
      const { [field]: _, ...rest } = sample as unknown as Record<string, unknown>
      if (nullable.includes(field)) assert.deepStrictEqual(usual(rest), decoded(rest))
      else assert.isUndefined(usual(rest))
    }
    for (const value of [...values, undefined]) assert.isUndefined(usual(value))
  })

  it.prop(
    "random values in all fields give what the Schema gives, or are left to it",
    { picks: Schema.Array(Schema.Int), seed: Schema.Int },
    ({ picks, seed }) => {
      const message = Object.fromEntries(
        Object.entries(sample).map(([field, value], at) => {
          const pick = Math.abs((picks[at] ?? seed) + at)
          return [field, pick % 3 === 0 ? values[pick % values.length] : value]
        })
      )
      // A field may be absent as well.
      for (const [at, field] of fields.entries()) if ((picks[at] ?? 0) % 7 === 0) delete message[field]
      const made = usual(message)
      if (made !== undefined) assert.deepStrictEqual(made, decoded(message))
    },
    { arbitrary: { runs: 500 } }
  )
})
