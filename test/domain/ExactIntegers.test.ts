import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { decodeOrder, decodePayment } from "../../src/domain/Decoder.ts"
import { exactInteger, mayBeRounded } from "../../src/domain/ExactIntegers.ts"
import { int64Max, int64Min } from "../../src/domain/Int64.ts"
import { bytesOf } from "../support/Samples.ts"

/** The integer a literal says, by exact arithmetic; undefined where it says none. Only for small exponents. */
const reference = (literal: string): bigint | undefined => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(literal) ?? []
  const power = Number(exponent) - fraction.length
  const mantissa = BigInt(sign + whole + fraction)
  if (power >= 0) return mantissa * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return mantissa % divisor === 0n ? mantissa / divisor : undefined
}

const asInt64 = (literal: string): bigint | undefined => {
  const value = reference(literal)
  return value !== undefined && value >= int64Min && value <= int64Max ? value : undefined
}

/** An order in which the customer has this literal: any int64 is legal there. */
const customerOf = (literal: string, rest = ""): bigint | null | undefined => {
  const text = `{"order_id": 7, "customer_id": ${literal}, "item": "Book", "quantity": 1, "price": 1.5, "shipping_address": "x", "order_status": "y", "creation_date": "z"${rest}}`
  return Result.getOrUndefined(Result.map(decodeOrder(bytesOf(text)), ({ customer_id }) => customer_id))
}

/** Literals at the edges of doubles: near an integer, with so many digits more, moved by an exponent. */
const Literal = Schema.Struct({
  isNegative: Schema.Boolean,
  whole: Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 2n ** 66n })),
  keep: Schema.Literals([1, 2, 3, 8, 14, 15, 16, 17, 19, 20]),
  fraction: Schema.Literals(["", "0", "5", "4", "00000", "9999999999999999", "00000000000000001", "999999"]),
  shift: Schema.Literals([0, 0, 0, 1, -1, 3, -3, 15, -15, 18, -18, -30]),
  isCapital: Schema.Boolean
})

const literalOf = (parts: typeof Literal.Type): string => {
  const whole = BigInt(parts.whole.toString().slice(0, parts.keep)).toString()
  const fraction = parts.fraction === "" ? "" : `.${parts.fraction}`
  const exponent = parts.shift === 0 ? "" : `${parts.isCapital ? "E" : "e"}${parts.shift}`
  return `${parts.isNegative ? "-" : ""}${whole}${fraction}${exponent}`
}

const written: ReadonlyArray<readonly [literal: string, value: bigint | undefined]> = [
  ["0", 0n],
  ["-0", 0n],
  ["0.000000000000000000000", 0n],
  ["0e99999999999999999999", 0n],
  ["1.0", 1n],
  ["1e3", 1000n],
  ["1E+3", 1000n],
  ["10e-1", 1n],
  ["1234567890123456789", 1234567890123456789n],
  ["1234567890123456789.000", 1234567890123456789n],
  ["1.234567890123456789e18", 1234567890123456789n],
  ["9223372036854775807", int64Max],
  ["-9223372036854775808", int64Min],
  ["9007199254740993", 9007199254740993n],
  ["9007199254740992", 9007199254740992n],
  ["1e18", 10n ** 18n],
  ["9223372036854775808", undefined],
  ["-9223372036854775809", undefined],
  ["1e19", undefined],
  ["1e400", undefined],
  ["1e99999999999999999999", undefined],
  ["1e-99999999999999999999", undefined],
  ["1e-400", undefined],
  ["-1e-400", undefined],
  ["1.5", undefined],
  ["9007199254740991.4", undefined],
  ["1.00000000000000001", undefined],
  ["2.9999999999999999999", undefined],
  ["0.99999999999999999", undefined],
  ["-0.99999999999999999", undefined],
  ["0.000000000000000001e18", 1n],
  ["0.00000000000000001e17", 1n],
  ["0.000000000000000011e17", undefined],
  ["9999999999999999.9", undefined],
  ["1000000000000000.1", undefined],
  ["100000000000000.01", undefined]
]

describe("an integer of a message", () => {
  it.each(written)("[G3] %s is exactly that, or refused", (literal, value) => {
    assert.strictEqual(customerOf(literal), value)
  })

  it.effect.prop(
    "[G3] is exactly what is written, or refused, as exact arithmetic says of the same text",
    { literals: Schema.Array(Literal) },
    ({ literals }) =>
      Effect.sync(() => {
        for (const literal of literals.map(literalOf)) {
          assert.strictEqual(customerOf(literal), asInt64(literal), literal)
          const exact = exactInteger(literal)
          if (exact !== undefined) assert.strictEqual(BigInt(exact), reference(literal), literal)
        }
      }),
    { arbitrary: { runs: 2_000 } }
  )

  it("[G3] is right beside every power of ten and of two, with up to 25 digits after the point", () => {
    for (let digits = 1; digits <= 25; digits++) {
      const fractions = [`${"0".repeat(digits - 1)}1`, "9".repeat(digits)]
      for (const whole of nearPowers) {
        for (const fraction of fractions) {
          for (const literal of [`${whole}.${fraction}`, `-${whole}.${fraction}`]) {
            assert.strictEqual(customerOf(literal), undefined, literal)
          }
        }
      }
    }
  })

  it.effect.prop(
    "[G6] with fewer than 16 digits needs no second look, and needs none in another field's place",
    {
      digits: Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 1n, maximum: 10n ** 15n - 1n })),
      pad: Schema.String
    },
    ({ digits, pad }) =>
      Effect.sync(() => {
        const note = JSON.stringify(pad.replaceAll(/[0-9./]/g, "x"))
        assert.isFalse(mayBeRounded(`{"note": ${note}, "customer_id": ${digits}}`, ["customer_id"]))
        assert.isFalse(mayBeRounded(`{"note": ${note}, "price": ${digits}.000000000000001}`, ["customer_id"]))
        const long = `{"note": ${note}, "customer_id" \t: -${digits}.0000000000000001}`
        assert.isTrue(mayBeRounded(long, ["customer_id"]))
      }),
    { arbitrary: { runs: 500 } }
  )

  it("counts by its last key, at the top level alone, however the key is written", () => {
    const wrong = "9007199254740991.4"
    assert.strictEqual(customerOf(wrong, `,"customer_id":5`), 5n)
    assert.strictEqual(customerOf(wrong, `,"customer_id":null`), null)
    assert.strictEqual(customerOf(wrong, `,"customer_id":"6"`), 6n)
    assert.strictEqual(customerOf("5", `,"customer_id":${wrong}`), undefined)
    assert.strictEqual(customerOf("5", `,"custome\\u0072_id":${wrong}`), undefined)
    assert.strictEqual(customerOf("5", `,"custome\\u0072_id":1234567890123456789`), 1234567890123456789n)
    assert.strictEqual(customerOf("5", `,"customer_id"\n:\t${wrong}`), undefined)
    for (const elsewhere of [
      `,"more":{"customer_id":${wrong},"quantity":${wrong}}`,
      `,"more":[${wrong},{"order_id":${wrong}}]`,
      `,"more":${JSON.stringify(`"customer_id":${wrong},\\"order_id":${wrong}}`)}`,
      `,"more\\"customer_id":${wrong}`,
      `,"":${wrong},"\\\\":${wrong},"__proto__":{"customer_id":${wrong}}`
    ]) {
      assert.strictEqual(customerOf("1234567890123456789", elsewhere), 1234567890123456789n, elsewhere)
      assert.strictEqual(customerOf("5", elsewhere), 5n, elsewhere)
    }
  })

  it("[G3] is read beside a million levels and beside megabytes of digits, in text too", () => {
    const deep = `,"more":${"[".repeat(1_000_000)}1234567890123456789${"]".repeat(1_000_000)}`
    assert.strictEqual(customerOf("1234567890123456789", deep), 1234567890123456789n)
    const digits = "1234567890".repeat(300_000)
    assert.strictEqual(customerOf(digits), undefined)
    assert.strictEqual(customerOf(`1.${digits}`), undefined)
    assert.strictEqual(customerOf(`1.0e${digits}`), undefined)
    assert.strictEqual(customerOf("9", `,"more":"${digits}","price":${digits.slice(0, 300)}`), 9n)
    assert.strictEqual(customerOf("9", `,"more":"${":1234567890123456".repeat(150_000)}"`), 9n)
    assert.strictEqual(customerOf("9", `,"more":"${'\\":1234567890123456'.repeat(150_000)}"`), 9n)
    assert.strictEqual(customerOf("1e0", `,"more":"${"\\\\".repeat(1_000_000)}"`), 1n)
  })

  it("has its lower bound after that, in every field of orders and payments", () => {
    const payment = (ids: string) =>
      decodePayment(
        bytesOf(`{${ids},"payment_method":"","payment_status":"","payment_datetime":"","card_last_four":""}`)
      )
    const good = Result.getOrThrow(payment(`"payment_id":9007199254740993,"order_id":1.0`))
    assert.deepStrictEqual([good.payment_id, good.order_id] as Array<bigint>, [9007199254740993n, 1n])
    for (const ids of [
      `"payment_id":-9007199254740993,"order_id":1`,
      `"payment_id":1,"order_id":0e5`,
      `"payment_id":1,"order_id":1e-400`,
      `"payment_id":2.9999999999999999999,"order_id":1`
    ]) {
      assert.isTrue(Result.isFailure(payment(ids)), ids)
    }
  })
})

const nearPowers: ReadonlyArray<string> = Array.from({ length: 62 }, (_, power) => [
  2n ** BigInt(power),
  2n ** BigInt(power) - 1n,
  ...(power <= 18 ? [10n ** BigInt(power), 10n ** BigInt(power) - 1n] : [])
]).flatMap((numbers) => numbers.map(String))
