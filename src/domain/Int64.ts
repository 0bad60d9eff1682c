/**
 * The bigint columns' value: decoded from JSON without ever rounding.
 *
 * JSON numbers are doubles in JavaScript, and the Cassandra driver turns `"1e3"` into 1 and wraps 2^63; so only what
 * this module made is ever bound. Before it comes `ExactIntegers.ts`, which gives an integer that is no safe one as
 * text: an unsafe number in what this module is given has been rounded, and is refused.
 */
import { Schema, SchemaTransformation } from "effect"

/** Smallest value of a Cassandra bigint. */
export const int64Min = -(2n ** 63n)

/** Largest value of a Cassandra bigint. */
export const int64Max = 2n ** 63n - 1n

const expected = "an integer within int64, as a number or as decimal text"

/**
 * A bigint within int64, from a JSON number that is a safe integer or from its canonical decimal text.
 *
 * **Shape**: `42`, `"42"`, `"-9223372036854775808"`; never `1.5`, `"1e3"`, `"01"`, `"+1"`, or an unsafe number.
 * **Errors**: a schema issue that names the expectation and never quotes the value.
 */
export const Int64FromJson = Schema.declare(
  (input: unknown): input is number | string =>
    typeof input === "number"
      ? Number.isSafeInteger(input)
      : typeof input === "string" && decimal.test(input),
  { expected }
).pipe(
  Schema.decodeTo(
    Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: int64Min, maximum: int64Max }, { expected })),
    SchemaTransformation.transform({
      decode: (input: number | string) => BigInt(input),
      encode: (value: bigint) =>
        value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
          ? Number(value)
          : value.toString()
    })
  )
)

/** An {@link Int64FromJson} of at least 1: every id and every quantity. */
export const PositiveInt64FromJson = Int64FromJson.check(
  Schema.isGreaterThanOrEqualToBigInt(1n, { expected: "an integer of at least 1" })
)

// At most 19 digits, so that no text makes a large bigint.
const decimal = /^(0|-?[1-9][0-9]{0,18})$/
