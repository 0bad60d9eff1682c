import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { Int64FromJson, int64Max, int64Min, PositiveInt64FromJson } from "../../src/domain/Int64.ts"

const decode = Schema.decodeUnknownResult(Int64FromJson)
const encode = Schema.encodeUnknownResult(Int64FromJson)
const decodePositive = Schema.decodeUnknownResult(PositiveInt64FromJson)

const int64 = Arbitrary.schema(
  Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: int64Min, maximum: int64Max }))
)
const safeInteger = Arbitrary.schema(Schema.Int)

describe("Int64FromJson", () => {
  it.each([
    [0, 0n],
    [-0, 0n],
    ["0", 0n],
    [1, 1n],
    [1e3, 1000n],
    [-1, -1n],
    ["-1", -1n],
    [Number.MAX_SAFE_INTEGER, 9007199254740991n],
    [Number.MIN_SAFE_INTEGER, -9007199254740991n],
    ["9007199254740993", 9007199254740993n],
    ["9223372036854775807", int64Max],
    ["-9223372036854775808", int64Min]
  ])("takes %j", (input, value) => {
    assert.deepStrictEqual(decode(input), Result.succeed(value))
  })

  it.each([
    ["unsafe number", 2 ** 53],
    ["unsafe negative number", -(2 ** 53)],
    ["fraction", 1.5],
    ["infinity", Number.POSITIVE_INFINITY],
    ["no number", Number.NaN],
    ["2^63", "9223372036854775808"],
    ["-2^63 - 1", "-9223372036854775809"],
    ["20 digits", "10000000000000000000"],
    ["30 digits", "1".repeat(30)],
    ["nothing", ""],
    ["white space", " 1"],
    ["trailing line feed", "1\n"],
    ["leading zero", "01"],
    ["plus", "+1"],
    ["negative zero", "-0"],
    ["minus alone", "-"],
    ["exponent", "1e3"],
    ["fraction as text", "1.0"],
    ["hexadecimal", "0x10"],
    ["separator", "1_000"],
    ["JavaScript's bigint notation", "1n"],
    ["Arabic digits", "١٢"],
    ["words", "one"],
    ["true", true],
    ["null", null],
    ["undefined", undefined],
    ["array", [1]],
    ["object", { valueOf: () => 1 }],
    ["bigint", 1n]
  ])("refuses %s, without quoting it", (_, input) => {
    const error = Result.getOrThrow(Result.flip(decode(input)))
    assert.strictEqual(error.message, "Expected an integer within int64, as a number or as decimal text")
  })

  it.effect.prop("takes every int64 as text, and gives it back", { value: int64 }, ({ value }) =>
    Effect.sync(() => {
      assert.deepStrictEqual(decode(value.toString()), Result.succeed(value))
      assert.deepStrictEqual(Result.flatMap(encode(value), decode), Result.succeed(value))
    })
  )

  it.effect.prop("takes every safe integer as a JSON number, exactly", { value: safeInteger }, ({ value }) =>
    Effect.sync(() => {
      const parsed: unknown = JSON.parse(JSON.stringify(value))
      assert.deepStrictEqual(decode(parsed), Result.succeed(BigInt(value)))
      assert.strictEqual(Result.getOrThrow(encode(BigInt(value))), value + 0)
    })
  )

  it.effect.prop(
    "[G3] takes a value only where it says what was meant, digit by digit",
    { value: Schema.Union([Schema.Json, Schema.String]) },
    ({ value }) =>
      Effect.sync(() => {
        const decoded = decode(value)
        if (Result.isFailure(decoded)) return
        assert.strictEqual(decoded.success.toString(), String(value))
      }),
    { arbitrary: { runs: 500 } }
  )

  it("refuses to encode what no bigint column holds", () => {
    assert.isTrue(Result.isFailure(encode(int64Max + 1n)))
    assert.isTrue(Result.isFailure(encode(int64Min - 1n)))
  })
})

describe("PositiveInt64FromJson", () => {
  it("starts at 1", () => {
    assert.deepStrictEqual(decodePositive("1"), Result.succeed(1n))
    assert.deepStrictEqual(decodePositive(int64Max.toString()), Result.succeed(int64Max))
    for (const input of [0, -0, "0", -1, int64Min.toString()]) {
      const error = Result.getOrThrow(Result.flip(decodePositive(input)))
      assert.strictEqual(error.message, "Expected an integer of at least 1")
    }
  })
})
