/** Turns a message's bytes into an order or a payment, or says why they are neither. */
import { Result, Schema, SchemaIssue } from "effect"
import { mayBeRounded, readExactly } from "./ExactIntegers.ts"
import { fastOrder, fastPayment } from "./FastDecoder.ts"
import { SchemaViolation, Undecodable } from "./Fate.ts"
import { decodeIssuesShown } from "./Limits.ts"
import { Order, orderIntegers } from "./Order.ts"
import { Payment, paymentIntegers } from "./Payment.ts"
import { type Unreadable, wrappingOf } from "./Wrapping.ts"

/** Why bytes are neither an order nor a payment. */
export type DecodeFailure = Undecodable | SchemaViolation

/** Attributes of a message. */
type Attributes = Readonly<Record<string, string>>

/**
 * Reads an order from a message's bytes; its attributes only help to say what is wrong.
 *
 * **Shape**: UTF-8 JSON, a leading byte-order mark ignored; of a repeated key the last counts. Integers are exactly
 * what is written, within int64.
 * **Errors**: `Undecodable`: the bytes are not UTF-8, or the text is not JSON. `SchemaViolation`: the JSON is no
 * order. Both are permanent: dead-letter the message. Where the message is wrapped in something known, it is named.
 * **Guarantee**: never throws, whatever the bytes (G3); failures name path and expected type, never a value.
 */
export const decodeOrder = (
  data: Uint8Array,
  attributes: Attributes = {}
): Result.Result<Order, DecodeFailure> => decode(data, attributes, orders)

/** Reads a payment from a message's bytes, as {@link decodeOrder} does an order. */
export const decodePayment = (
  data: Uint8Array,
  attributes: Attributes = {}
): Result.Result<Payment, DecodeFailure> => decode(data, attributes, payments)

/** How messages of a kind are read. */
interface Kind<A> {
  /** The bigint fields. */
  readonly integers: ReadonlyArray<string>
  /** The message, where it is of the usual shape. */
  readonly usual: (json: unknown) => A | undefined
  /** Whether one of the bigints is zero, so that it may have been a number too small for a double. */
  readonly hasZero: (value: A) => boolean
  readonly parse: (json: unknown) => Result.Result<A, Schema.SchemaError>
}

const orders: Kind<Order> = {
  integers: orderIntegers,
  usual: fastOrder,
  hasZero: ({ customer_id }) => customer_id === 0n,
  parse: Schema.decodeUnknownResult(Order, { errors: "all" })
}

const payments: Kind<Payment> = {
  integers: paymentIntegers,
  usual: fastPayment,
  hasZero: () => false,
  parse: Schema.decodeUnknownResult(Payment, { errors: "all" })
}

// Fatal: replacement characters would change the message silently. It drops a byte-order mark.
const utf8 = new TextDecoder("utf-8", { fatal: true })

const decode = <A>(
  data: Uint8Array,
  attributes: Attributes,
  { integers, usual, hasZero, parse }: Kind<A>
): Result.Result<A, DecodeFailure> => {
  let text: string
  try {
    text = utf8.decode(data)
  } catch {
    return undecodable("Expected UTF-8 text", { data, attributes })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    return undecodable("Expected JSON", { data, attributes, text })
  }
  let recognised = usual(json)
  if (recognised !== undefined && !hasZero(recognised) && !mayBeRounded(text, integers)) {
    return Result.succeed(recognised)
  }
  if (isObject(json)) {
    readExactly(text, json, integers)
    recognised = usual(json)
    if (recognised !== undefined) return Result.succeed(recognised)
  }
  return Result.mapError(parse(json), ({ issue }) => violation(issue, { data, attributes, text, json }))
}

const isObject = (json: unknown): json is object =>
  typeof json === "object" && json !== null && !Array.isArray(json)

const undecodable = (expected: string, message: Unreadable): Result.Result<never, Undecodable> =>
  Result.fail(new Undecodable({ message: remarked(expected, message) }))

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const violation = (issue: SchemaIssue.Issue, message: Unreadable): SchemaViolation => {
  const { issues } = formatIssue(issue)
  const paths = issues.map(({ path = [] }) => (path.length === 0 ? "message" : path.map(String).join(".")))
  const shown = issues
    .slice(0, decodeIssuesShown)
    .map(({ message: expected }, at) => `${paths[at]}: ${expected}`)
  const more = issues.length - shown.length
  const text = more > 0 ? `${shown.join("; ")}; and ${more} more` : shown.join("; ")
  return new SchemaViolation({ message: remarked(text, message), path: paths[0] ?? "message" })
}

const remarked = (text: string, message: Unreadable): string => {
  const remark = wrappingOf(message)
  return remark === undefined ? text : `${text} (${remark})`
}
