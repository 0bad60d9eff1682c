/**
 * The bigint columns' value: decoded from JSON without ever rounding.
 *
 * JSON numbers are doubles in JavaScript, and the Cassandra driver turns `"1e3"` into 1 and wraps 2^63;
 * so only what this module made is ever bound.
 */
import { Effect, Schema, SchemaIssue, SchemaTransformation } from "effect"

/** Smallest value of a Cassandra bigint. */
export const int64Min = -(2n ** 63n)

/** Largest value of a Cassandra bigint. */
export const int64Max = 2n ** 63n - 1n

const decimal = /^(0|-?[1-9][0-9]{0,18})$/

/**
 * A bigint within int64, from a JSON number that is a safe integer or from its canonical decimal text.
 *
 * **Shape**: `42`, `"42"`, `"-9223372036854775808"`; never `1.5`, `"1e3"`, `"01"`, `"+1"`, or an unsafe number.
 * **Errors**: a schema issue that names the expectation and never quotes the value.
 */
export const Int64FromJson = Schema.Union([Schema.Number, Schema.String]).pipe(
  Schema.decodeTo(
    Schema.BigInt,
    SchemaTransformation.transformEffect({
      decode: (input: number | string, options) => {
        const value = toInt64(input)
        return value === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: expectation }, input, options))
          : Effect.succeed(value)
      },
      encode: (value: bigint) =>
        Effect.succeed(
          value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
            ? Number(value)
            : value.toString()
        )
    })
  )
)

const expectation = "Expected a safe integer, or a decimal string within int64"

const toInt64 = (input: number | string): bigint | undefined => {
  if (typeof input === "number") return Number.isSafeInteger(input) ? BigInt(input) : undefined
  if (!decimal.test(input)) return undefined
  const value = BigInt(input)
  return value < int64Min || value > int64Max ? undefined : value
}
