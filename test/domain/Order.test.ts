import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { Order, orderIntegers } from "../../src/domain/Order.ts"
import { originalOrders } from "../../src/sample/Original.ts"

const decode = Schema.decodeUnknownResult(Order)
const encode = Schema.encodeSync(Order)
const issueOf = (input: unknown): string => Result.getOrThrow(Result.flip(decode(input))).message

const order = {
  order_id: 1,
  customer_id: 0,
  item: "Book",
  quantity: 1,
  price: 0,
  shipping_address: "",
  order_status: "Pending",
  creation_date: "any text"
}

describe("Order", () => {
  it("takes every order of the original producer as it is", () => {
    for (const { data } of originalOrders(240, 1)) {
      const sent = JSON.parse(new TextDecoder().decode(data))
      assert.deepStrictEqual(Result.getOrThrow(decode(sent)) as unknown, {
        ...sent,
        order_id: BigInt(sent.order_id),
        customer_id: BigInt(sent.customer_id),
        quantity: BigInt(sent.quantity)
      })
    }
  })

  it("ignores unknown fields", () => {
    assert.deepStrictEqual(decode({ ...order, note: "x", payment_id: "?" }), decode(order))
  })

  it.each(["customer_id", "shipping_address"])(
    "takes null or nothing for %s, which is null then",
    (field) => {
      const { [field]: _, ...rest } = order as Record<string, unknown>
      const withoutIt: unknown = { ...Result.getOrThrow(decode(order)), [field]: null }
      assert.deepStrictEqual(Result.getOrThrow(decode(rest)) as unknown, withoutIt)
      assert.deepStrictEqual(Result.getOrThrow(decode({ ...order, [field]: null })) as unknown, withoutIt)
      assert.include(issueOf({ ...order, [field]: { $numberLong: "1" } }), field)
    }
  )

  it("names its bigints: each is one when it is decoded, and no other field is", () => {
    const decoded = Object.entries(Result.getOrThrow(decode(order)))
    const bigints = decoded.filter(([, value]) => typeof value === "bigint").map(([field]) => field)
    assert.deepStrictEqual(bigints, [...orderIntegers])
  })

  const needed = Object.keys(order).filter((field) => !["customer_id", "shipping_address"].includes(field))

  it.each(needed)("needs %s", (field) => {
    const { [field]: _, ...rest } = order as Record<string, unknown>
    assert.include(issueOf(rest), field)
    assert.include(issueOf({ ...order, [field]: null }), field)
    assert.include(issueOf({ ...order, [field]: { $numberLong: "1" } }), field)
  })

  it.each(["item", "shipping_address", "order_status", "creation_date"])(
    "refuses a lone surrogate in %s, and takes a pair",
    (field) => {
      for (const text of ["\ud83d", "\ude00", "a\udc00b", "\ude00\ud83d"]) {
        assert.include(issueOf({ ...order, [field]: text }), "Expected well-formed Unicode text")
      }
      assert.isTrue(Result.isSuccess(decode({ ...order, [field]: "\ud83d\ude00\u0000\u202e" })))
    }
  )

  it("takes a price from 0 on, any finite one, and gives -0 back as 0 or -0", () => {
    for (const price of [0, Number.MIN_VALUE, 0.1 + 0.2, Number.MAX_VALUE]) {
      assert.strictEqual(Result.getOrThrow(decode({ ...order, price })).price, price)
    }
    assert.isTrue(
      Result.getOrThrow(decode(JSON.parse(JSON.stringify(order).replace(`"price":0`, `"price":-0`))))
        .price === 0
    )
  })

  it.each([
    -0.01,
    -Number.MIN_VALUE,
    JSON.parse("1e400"),
    JSON.parse("-1e400"),
    Number.NaN,
    "10",
    null,
    true
  ])("refuses the price %s", (price) => {
    assert.include(issueOf({ ...order, price }), "price")
  })

  it("is not led astray by inherited fields", () => {
    assert.isTrue(Result.isFailure(decode(JSON.parse(`{"__proto__":${JSON.stringify(order)}}`))))
    const odd = JSON.parse(
      `{"__proto__":{"order_id":9},"constructor":9,"toString":9,${JSON.stringify(order).slice(1)}`
    )
    assert.deepStrictEqual(decode(odd), decode(order))
  })

  it.effect.prop("gives back what it encodes, text verbatim", { order: Order }, ({ order }) =>
    Effect.sync(() => {
      const sent: unknown = JSON.parse(JSON.stringify(encode(order)))
      assert.deepStrictEqual(decode(sent), Result.succeed({ ...order, price: order.price + 0 }))
    })
  )
})
