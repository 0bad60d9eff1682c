import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { type DecodeFailure, decodeOrder, decodePayment } from "../../src/domain/Decoder.ts"

const utf8 = new TextEncoder()
const bytes = (...values: ReadonlyArray<number>): Uint8Array => Uint8Array.from(values)
const json = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value))

const order = {
  order_id: 7,
  customer_id: -3,
  item: "Läptop 💻",
  quantity: 2,
  price: 10.25,
  shipping_address: "123 Main St, City A, Country",
  order_status: "Pending",
  creation_date: "2024-01-21"
}
const decodedOrder = { ...order, order_id: 7n, customer_id: -3n, quantity: 2n }

const payment = {
  payment_id: 1007,
  order_id: 7,
  payment_method: "PayPal",
  card_last_four: "0007",
  payment_status: "Completed",
  payment_datetime: "2024-01-21T500:01:30Z"
}

/** The order's text with these members after its own, so that repeated keys are possible. */
const orderWith = (members: string): Uint8Array =>
  utf8.encode(`${JSON.stringify(order).slice(0, -1)},${members}}`)

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels)

const success = (data: Uint8Array): unknown => Result.getOrThrow(decodeOrder(data))

const failure = (data: Uint8Array): { readonly _tag: string; readonly message: string } => {
  const { _tag, message } = Result.getOrThrow(Result.flip(decodeOrder(data)))
  return { _tag, message }
}

describe("decodeOrder and decodePayment", () => {
  it("give the message's fields, bigints as bigints, text verbatim", () => {
    assert.deepStrictEqual(success(json(order)), decodedOrder)
    assert.deepStrictEqual(Result.getOrThrow(decodePayment(json(payment))) as unknown, {
      ...payment,
      payment_id: 1007n,
      order_id: 7n
    })
  })

  it("ignore unknown fields, a byte-order mark and white space", () => {
    const text = ` \n${JSON.stringify({ ...order, extra: { deep: [1] }, payment_id: "x" })}\n`
    assert.deepStrictEqual(success(utf8.encode(text)), decodedOrder)
    assert.deepStrictEqual(success(bytes(0xef, 0xbb, 0xbf, ...json(order))), decodedOrder)
  })

  it("of a repeated key the last counts", () => {
    assert.deepStrictEqual(success(orderWith(`"item":"second"`)), { ...decodedOrder, item: "second" })
    assert.strictEqual(failure(orderWith(`"item":0`))._tag, "SchemaViolation")
  })

  it("leave the prototype alone, whatever the keys", () => {
    const decoded = success(
      orderWith(`"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}`)
    )
    assert.deepStrictEqual(decoded, decodedOrder)
    assert.isUndefined((decoded as { polluted?: unknown }).polluted)
    assert.isUndefined(({} as { polluted?: unknown }).polluted)
    const inherited = utf8.encode(`{"__proto__":${JSON.stringify(order)}}`)
    assert.strictEqual(failure(inherited)._tag, "SchemaViolation")
  })

  it("[G3] take unknown fields of any depth and fields of any size", () => {
    for (const levels of [10_000, 1_000_000]) {
      assert.deepStrictEqual(success(orderWith(`"extra":${nested(levels)}`)), decodedOrder)
    }
    const item = "x".repeat(900_000)
    assert.deepStrictEqual(success(json({ ...order, item })), { ...decodedOrder, item })
  })

  const undecodable: ReadonlyArray<readonly [name: string, data: Uint8Array]> = [
    ["nothing", bytes()],
    ["a byte-order mark alone", bytes(0xef, 0xbb, 0xbf)],
    ["random bytes", bytes(0x9f, 0x00, 0xc3, 0x28, 0xff, 0x10)],
    ["UTF-16", bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
    ["an overlong encoding", bytes(0x22, 0xc0, 0xaf, 0x22)],
    ["a surrogate in UTF-8", bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ["Latin-1 in the text", bytes(...json(order).slice(0, -1), 0xe4, 0x7d)],
    ["truncated JSON", json(order).slice(0, -5)],
    ["bare NaN", utf8.encode("NaN")],
    ["a control character in text", utf8.encode('{"item":"a\u0000b"}')],
    ["a million open brackets", utf8.encode("[".repeat(1_000_000))]
  ]
  it.each(undecodable)("[G3] %s is undecodable, and the error quotes none of it", (_, data) => {
    const { _tag, message } = failure(data)
    assert.strictEqual(_tag, "Undecodable")
    assert.include(["Expected UTF-8 text", "Expected JSON"], message)
  })

  const bigint = "Expected an integer within int64, as a number or as decimal text"
  const array = "message: Expected object (it is an array: publish each element as a message of its own)"
  const violations: ReadonlyArray<readonly [name: string, data: Uint8Array, message: string]> = [
    ["null", json(null), "message: Expected object"],
    ["an array", json([order]), array],
    ["a million nested arrays", utf8.encode(nested(1_000_000)), array],
    [
      "text",
      json("order"),
      "message: Expected object (looks like JSON text encoded twice: publish the object itself)"
    ],
    ["a number", json(1), "message: Expected object"],
    ["a missing field", json({ ...order, item: undefined }), "item: Missing key"],
    ["null for text", json({ ...order, item: null }), "item: Expected string"],
    ["deep nesting for text", orderWith(`"item":${nested(1_000_000)}`), "item: Expected string"],
    ["an id just below 2^53", orderWith(`"order_id":9007199254740991.4`), `order_id: ${bigint}`],
    ["an id just above 1", orderWith(`"order_id":1.00000000000000001`), `order_id: ${bigint}`],
    ["an id of 30 digits", orderWith(`"order_id":"${"1".repeat(30)}"`), `order_id: ${bigint}`],
    ["an id of 2^63", orderWith(`"order_id":"9223372036854775808"`), `order_id: ${bigint}`],
    ["a fractional id", json({ ...order, order_id: 1.5 }), `order_id: ${bigint}`],
    ["an id in exponent notation", json({ ...order, order_id: "1e3" }), `order_id: ${bigint}`],
    ["an infinite id", orderWith(`"order_id":1e400`), `order_id: ${bigint}`],
    ["true for an id", json({ ...order, order_id: true }), `order_id: ${bigint}`],
    ["null for an id", json({ ...order, order_id: null }), `order_id: ${bigint}`],
    ["a negative id", json({ ...order, order_id: -1 }), "order_id: Expected an integer of at least 1"],
    ["a quantity of -0", orderWith(`"quantity":-0`), "quantity: Expected an integer of at least 1"],
    ["an infinite price", orderWith(`"price":1e400`), "price: Expected a finite number"],
    ["a negative price", json({ ...order, price: -0.01 }), "price: Expected a number of at least 0"],
    ["text for a price", json({ ...order, price: "10" }), "price: Expected number"],
    ["a lone surrogate", orderWith(`"item":"\\ud800x"`), "item: Expected well-formed Unicode text"],
    [
      "an empty object",
      json({}),
      "order_id: Missing key; item: Missing key; quantity: Missing key; price: Missing key; and 2 more"
    ]
  ]
  it.each(violations)("[G3] %s is a schema violation, told by path and expected type", (_, data, message) => {
    assert.deepStrictEqual(failure(data), { _tag: "SchemaViolation", message })
  })

  it("name only the payment's own fields in its violations", () => {
    const wrong = { payment_id: 0, card_last_four: "12345", payment_status: 5 }
    const error = Result.getOrThrow(Result.flip(decodePayment(json({ ...payment, ...wrong }))))
    assert.strictEqual(
      error.message,
      "payment_id: Expected an integer of at least 1; card_last_four: Expected four digits; payment_status: Expected string"
    )
  })

  it.effect.prop(
    "[G3] never throw, and say in at most 1024 bytes of text what is wrong",
    { value: Schema.Json, fields: Schema.Record(Schema.String, Schema.Json), cut: Schema.Int },
    ({ value, fields, cut }) =>
      Effect.sync(() => {
        const secret = "4929-secret"
        const whole = json({ ...order, ...payment, ...fields, item: [secret], payment_method: [secret] })
        const shortened = whole.slice(0, Math.abs(cut) % (whole.length + 1))
        for (const data of [json(value), whole, shortened]) {
          for (const decode of [decodeOrder, decodePayment]) {
            const { message } = Result.getOrThrow(Result.flip<unknown, DecodeFailure>(decode(data)))
            assert.isAtMost(utf8.encode(message).length, 1024)
            assert.notInclude(message, secret)
          }
        }
      }),
    { arbitrary: { runs: 200 } }
  )
})
