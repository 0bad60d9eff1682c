/** Turns a message's bytes into an order or a payment, or says why it is none. */
import { Result, Schema, SchemaIssue } from "effect"
import { SchemaViolation, Undecodable } from "../domain/Fate.ts"
import { decodeIssuesShown } from "../domain/Limits.ts"
import { Order } from "../domain/Order.ts"
import { Payment } from "../domain/Payment.ts"
import { usualOrder, usualPayment } from "../domain/UsualShape.ts"

/** Why bytes are no order and no payment. */
export type DecodeFailure = Undecodable | SchemaViolation

/**
 * Reads an order from a message's bytes.
 *
 * **Shape**: UTF-8 JSON, a leading byte-order mark ignored; of a repeated key the last counts.
 * **Errors**: `Undecodable`: the bytes are not UTF-8, or the text is not JSON. `SchemaViolation`: the JSON is no
 * order. Both are for ever: dead-letter the message.
 * **Guarantee**: never throws, whatever the bytes (G3); failures name path and expected type, never a value.
 */
export const decodeOrder = (data: Uint8Array): Result.Result<Order, DecodeFailure> =>
  decode(data, usualOrder, parseOrder)

/** Reads a payment from a message's bytes, as {@link decodeOrder} does an order. */
export const decodePayment = (data: Uint8Array): Result.Result<Payment, DecodeFailure> =>
  decode(data, usualPayment, parsePayment)

type Parse<A> = (json: unknown) => Result.Result<A, Schema.SchemaError>

const parseOrder: Parse<Order> = Schema.decodeUnknownResult(Order, { errors: "all" })
const parsePayment: Parse<Payment> = Schema.decodeUnknownResult(Payment, { errors: "all" })

// Fatal: replacement characters would change the message silently. It drops a byte-order mark.
const utf8 = new TextDecoder("utf-8", { fatal: true })

const decode = <A>(
  data: Uint8Array,
  usual: (json: unknown) => A | undefined,
  parse: Parse<A>
): Result.Result<A, DecodeFailure> => {
  let text: string
  try {
    text = utf8.decode(data)
  } catch {
    return Result.fail(new Undecodable({ message: "Expected UTF-8 text" }))
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    return Result.fail(new Undecodable({ message: "Expected JSON" }))
  }
  const recognised = usual(json)
  if (recognised !== undefined) return Result.succeed(recognised)
  return Result.mapError(parse(json), (error) => new SchemaViolation({ message: describe(error.issue) }))
}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const describe = (issue: SchemaIssue.Issue): string => {
  const { issues } = formatIssue(issue)
  const shown = issues.slice(0, decodeIssuesShown).map(({ path, message }) => {
    const where = path === undefined || path.length === 0 ? "message" : path.map(String).join(".")
    return `${where}: ${message}`
  })
  const more = issues.length - shown.length
  return more > 0 ? `${shown.join("; ")}; and ${more} more` : shown.join("; ")
}
