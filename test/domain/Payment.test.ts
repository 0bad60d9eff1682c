import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { Payment, paymentIntegers } from "../../src/domain/Payment.ts"
import { originalPayments } from "../../src/sample/Original.ts"

const decode = Schema.decodeUnknownResult(Payment)
const encode = Schema.encodeSync(Payment)
const issueOf = (input: unknown): string => Result.getOrThrow(Result.flip(decode(input))).message

const payment = {
  payment_id: 1,
  order_id: 1,
  payment_method: "PayPal",
  card_last_four: "0001",
  payment_status: "Completed",
  payment_datetime: "2024-01-21T500:01:30Z"
}

describe("Payment", () => {
  it("takes every payment of the original producer as it is, those with an impossible time too", () => {
    const messages = originalPayments(1)
    assert.strictEqual(messages.length, 500)
    for (const { data } of messages) {
      const sent = JSON.parse(new TextDecoder().decode(data))
      assert.deepStrictEqual(Result.getOrThrow(decode(sent)) as unknown, {
        ...sent,
        payment_id: BigInt(sent.payment_id),
        order_id: BigInt(sent.order_id)
      })
    }
  })

  it("ignores unknown fields", () => {
    assert.deepStrictEqual(decode({ ...payment, amount: 5, item: "?" }), decode(payment))
  })

  it("takes null, nothing and empty text for card_last_four, which is null then", () => {
    const { card_last_four: _, ...rest } = payment
    const withoutCard = { ...Result.getOrThrow(decode(payment)), card_last_four: null }
    for (const sent of [rest, { ...rest, card_last_four: null }, { ...rest, card_last_four: "" }]) {
      assert.deepStrictEqual(Result.getOrThrow(decode(sent)), withoutCard)
    }
  })

  it("names its bigints: each is one when it is decoded, and no other field is", () => {
    const decoded = Object.entries(Result.getOrThrow(decode(payment)))
    const bigints = decoded.filter(([, value]) => typeof value === "bigint").map(([field]) => field)
    assert.deepStrictEqual(bigints, [...paymentIntegers])
  })

  it.each(Object.keys(payment).filter((field) => field !== "card_last_four"))("needs %s", (field) => {
    const { [field]: _, ...rest } = payment as Record<string, unknown>
    assert.include(issueOf(rest), field)
    assert.include(issueOf({ ...payment, [field]: null }), field)
  })

  it.each(["0000", "9999", "0001"])("takes the card's last four digits %s", (card_last_four) => {
    assert.strictEqual(
      Result.getOrThrow(decode({ ...payment, card_last_four })).card_last_four,
      card_last_four
    )
  })

  it.each([
    " ",
    "123",
    "12345",
    "12a4",
    " 123",
    "1234\n",
    "-123",
    "1e10",
    "١٢٣٤",
    "１２３４",
    1234,
    0,
    false,
    ["1234"]
  ])("refuses %j for a card's last four digits", (card_last_four) => {
    assert.include(issueOf({ ...payment, card_last_four }), "card_last_four")
  })

  it.each(["payment_method", "payment_status", "payment_datetime"])(
    "refuses a lone surrogate in %s",
    (field) => {
      assert.include(issueOf({ ...payment, [field]: "\ud800" }), "Expected well-formed Unicode text")
    }
  )

  it.each(["payment_id", "order_id"])("refuses a %s below 1 or beyond int64", (field) => {
    for (const id of [0, -1, "-1", "9223372036854775808"])
      assert.include(issueOf({ ...payment, [field]: id }), field)
  })

  it.effect.prop("gives back what it encodes, text verbatim", { payment: Payment }, ({ payment }) =>
    Effect.sync(() => {
      const sent: unknown = JSON.parse(JSON.stringify(encode(payment)))
      assert.deepStrictEqual(decode(sent), Result.succeed(payment))
    })
  )
})
