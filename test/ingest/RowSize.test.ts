import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Order } from "../../src/domain/Order.ts"
import { oversizeOf } from "../../src/ingest/RowSize.ts"
import { messageOf, orderOf } from "../support/Samples.ts"

/** `order_id`, `customer_id`, `quantity` and `price` take 8 bytes each, and so does a null. */
const numbers = 32
const texts = (order: Order) =>
  [order.item, order.shipping_address, order.order_status, order.creation_date].reduce<number>(
    (sum, text) => sum + (text === null ? 8 : Buffer.byteLength(text)),
    0
  )

describe("RowSize", () => {
  it("a row is over the limit from one byte more than MAX_ROW_BYTES on, counted in UTF-8", () => {
    const value = orderOf(1n, { item: "€".repeat(100) })
    const bytes = numbers + texts(value)
    const item = { value, publishTimeMicros: 0, bytes: 10_000 }
    assert.isUndefined(oversizeOf(item, bytes))
    assert.strictEqual(
      oversizeOf(item, bytes - 1)?.message,
      `row of ${bytes} bytes is over MAX_ROW_BYTES (${bytes - 1})`
    )
  })

  it("a message no larger than the limit needs no counting", () => {
    assert.isUndefined(oversizeOf({ value: orderOf(1n), publishTimeMicros: 0, bytes: 10 }, 10))
  })

  it.effect.prop(
    "a row is never larger than the message it came from",
    { order: Schema.toType(Order) },
    ({ order }) => Effect.sync(() => assert.isAtLeast(messageOf(order).data.length, numbers + texts(order))),
    { arbitrary: { runs: 300 } }
  )
})
