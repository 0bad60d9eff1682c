/** The format of a file of dead letters: JSON, one dead letter a line. */
import { Effect, Option, Result, Schema, SchemaIssue, SchemaTransformation } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import { deliveredBytes } from "../pubsub/MessageLimits.ts"
import { microsOf, rfc3339 } from "../time/Rfc3339.ts"
import { LineInvalid } from "./DeadLetterFileError.ts"
import { fileChunkBytes } from "./Limits.ts"

/**
 * The number of this format, in every line: files can be cut and joined by lines. A format that changes what a field
 * means, or adds one, has another number; what reads it says which it reads.
 */
export const deadLetterFormat = 1

/** One dead letter of a file. */
export interface FiledDeadLetter {
  /** From 1. */
  readonly line: number
  /** As it was delivered, byte for byte, without a lease: its `ackId` is empty. */
  readonly delivery: Delivery
  /** The bytes that replace its data, where somebody has changed `text`; undefined where nobody has. */
  readonly corrected: Uint8Array | undefined
}

/**
 * A dead letter as a line of a file, without its end.
 *
 * **Shape**: `format`, `id`, `publishTime` (RFC 3339, µs), `data` (base64), `text` (where the data is UTF-8),
 * `attributes`, `orderingKey`.
 * **Guarantee**: lossless. Control, format and line-separating characters are written out, so that looking at a file
 * controls no terminal, and a line ends only where a dead letter does.
 */
export const deadLetterLine = ({
  attributes,
  data,
  messageId,
  orderingKey,
  publishTimeMicros
}: Delivery): string => {
  const text = textOf(data)
  const line = {
    format: deadLetterFormat,
    id: messageId,
    publishTime: rfc3339(publishTimeMicros),
    data: bufferOf(data).toString("base64"),
    ...(text === undefined ? {} : { text }),
    attributes,
    orderingKey
  }
  return JSON.stringify(line).replace(unsafe, writtenOut)
}

/** Dead letters as lines with their ends, joined as far as they are written at once: a batch may hold 64 MiB. */
export function* deadLetterParts(deliveries: ReadonlyArray<Delivery>): Generator<string> {
  let text = ""
  for (const delivery of deliveries) {
    text += `${deadLetterLine(delivery)}\n`
    if (text.length < fileChunkBytes) continue
    yield text
    text = ""
  }
  if (text !== "") yield text
}

/** Reads a line of a file. **Errors**: `LineInvalid`: no JSON, another format, or a field that is wrong or unknown. */
export const readDeadLetterLine = (
  text: string,
  line: number
): Result.Result<FiledDeadLetter, LineInvalid> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    return Result.fail(new LineInvalid({ line, detail: "expected a JSON object" }))
  }
  return Result.mapBoth(decodeLine(json), {
    onFailure: ({ issue }) => invalid(line, issue),
    onSuccess: (read): FiledDeadLetter => {
      const { attributes, data, id, orderingKey, publishTime } = read
      const corrected = read.text === undefined ? undefined : Buffer.from(read.text, "utf8")
      const message = { data, attributes, orderingKey }
      return {
        line,
        delivery: {
          ...message,
          ackId: "",
          messageId: id,
          publishTimeMicros: publishTime,
          deliveryAttempt: 0,
          bytes: deliveredBytes(message, id, "")
        },
        corrected: corrected?.equals(bufferOf(data)) === false ? corrected : undefined
      }
    }
  })
}

const Moment = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transformEffect({
      decode: (text, options) =>
        Effect.mapError(
          Effect.fromOption(Option.fromUndefinedOr(microsOf(text))),
          () => new SchemaIssue.InvalidValue({ message: "Expected a time in RFC 3339" }, text, options)
        ),
      encode: (micros) => Effect.succeed(rfc3339(micros))
    })
  )
)

const wellFormed = Schema.makeFilter(
  (text: string) => text.isWellFormed() || "Expected well-formed Unicode: without lone surrogates"
)

const Line = Schema.Struct({
  format: Schema.Literal(deadLetterFormat),
  id: Schema.NonEmptyString,
  publishTime: Moment,
  data: Schema.Uint8ArrayFromBase64,
  text: Schema.optionalKey(Schema.String.check(wellFormed)),
  attributes: Schema.Record(Schema.String, Schema.String),
  orderingKey: Schema.String
})

// A field that is misspelt would be a correction that nobody applies.
const decodeLine = Schema.decodeUnknownResult(Line, { errors: "all", onExcessProperty: "error" })

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** The first thing that is wrong; a format that is not ours comes before what follows from it. */
const invalid = (line: number, issue: SchemaIssue.Issue): LineInvalid => {
  const found = formatIssue(issue).issues.map(({ message, path = [] }) => ({
    field: path.map(String).join("."),
    message
  }))
  const first = found.find(({ field }) => field === "format") ?? found[0]
  const more = found.length > 1 ? `; and ${found.length - 1} more` : ""
  return new LineInvalid({
    line,
    field: first?.field || undefined,
    detail:
      first?.field === "format"
        ? `expected ${deadLetterFormat}, the one format that this version reads`
        : `${first?.message ?? "expected a dead letter"}${more}`
  })
}

/** As text that gives the same bytes again; undefined where there is none. */
const textOf = (data: Uint8Array): string | undefined => {
  try {
    return utf8.decode(data)
  } catch {
    return undefined
  }
}

// A byte-order mark is a part of the data.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Controls and format characters (bidirectional ones and the byte-order mark among them), line and paragraph separators. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const writtenOut = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`
  ).join("")

/** The same bytes, not copied. */
const bufferOf = ({ buffer, byteLength, byteOffset }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
