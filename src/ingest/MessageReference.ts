/** Writes `docs/messages.md`: what an order and a payment look like, from the schemas and the decoder themselves. */
import { type JsonSchema, Result } from "effect"
import { type DecodeFailure, decodeOrder, decodePayment } from "../domain/Decoder.ts"
import { type Field, orderFields, paymentFields } from "./MessageSchemas.ts"

/** The reference of messages, as Markdown. */
export const messageReference = (): string =>
  `${[
    intro,
    chapter("Order", "schemas/order.json", orderFields(), decodeOrder, orderExamples),
    chapter("Payment", "schemas/payment.json", paymentFields(), decodePayment, paymentExamples),
    wrappings
  ].join("\n\n")}\n`

type Decode = (data: Uint8Array) => Result.Result<object, DecodeFailure>

const intro = `# Messages

<!-- Generated from src/domain and src/ingest by \`npm run docs\`; a test compares them. -->

A message is one flat JSON object in UTF-8, not compressed and not wrapped in anything. Unknown fields are ignored, of
a repeated key the last counts, and a byte-order mark is ignored.

- **Integers** fit int64. They are JSON numbers or decimal text, and are stored exactly as they are written: \`1.0\` and
  \`1e3\` are integers, \`1234567890123456789\` is stored whole. A fraction, however small, is refused, never rounded away;
  so is text such as \`"1e3"\`, \`"01"\` or \`"+1"\`.
- **Text** is well-formed Unicode (a lone surrogate is refused) and is stored verbatim.
- **A field that may be null** may be absent as well. It is stored as null: a newer message without it does not show what
  an older one had.

A message that cannot be used becomes a dead letter: the same bytes and attributes, and attributes with the prefix \`dlq-\` in
addition. All of them are listed [there](dead-letters.md#what-a-dead-letter-is).

| \`dlq-reason\` | which message | \`dlq-error\` |
|---|---|---|
| \`undecodable\` | it is not UTF-8, or not JSON | what was expected |
| \`schema-violation\` | it breaks a rule above or of the tables below | what was expected of up to four fields; the first one is also in \`dlq-path\` |
| \`store-rejected\` | its row is larger than \`MAX_ROW_BYTES\`, or Cassandra refuses this row, and takes others | the size and the limit, or what Cassandra said and how often |
| \`unmatched-payment\` | a payment whose order did not come within the grace | that the order is not in the table |

No value of the message is quoted. In the examples, the text after the reason is \`dlq-error\`.`

const wrappings = `## Messages wrapped in something else

Where such a message can be recognised, \`dlq-error\` says so: base64 of JSON, JSON text encoded twice, gzip, Avro or
protocol buffers made by a Pub/Sub schema, a push envelope, change data capture (Debezium), CloudEvents, an array, and
several JSON documents in one message. Publish the object itself; attributes may be used freely.`

const chapter = (
  title: string,
  schema: string,
  fields: ReadonlyArray<Field>,
  decode: Decode,
  examples: ReadonlyArray<string>
): string => {
  const rows = fields.map(
    (field) =>
      `| \`${field.name}\` | ${allowed(field.schema)}${field.isOptional ? ", or absent" : ""} | ${field.meaning} |`
  )
  const shown = examples.map((text) => `| \`${text}\` | ${outcome(decode, text).replaceAll("|", "\\|")} |`)
  return [
    `## ${title}`,
    `JSON Schema: [${schema}](${schema}).`,
    ["| field | allowed | |", "|---|---|---|", ...rows].join("\n"),
    ["| example | what becomes of it |", "|---|---|", ...shown].join("\n")
  ].join("\n\n")
}

/** A field's JSON Schema in words. */
const allowed = (schema: JsonSchema.JsonSchema): string => {
  const { anyOf, type, minimum, pattern } = schema
  if (Array.isArray(anyOf)) {
    const isInteger = anyOf.some((one) => one.type === "integer")
    // An integer's decimal text says nothing new.
    return anyOf
      .filter((one) => !(isInteger && one.type === "string"))
      .map(allowed)
      .join(", or ")
  }
  switch (type) {
    case "integer":
      return `integer from ${minimum} to ${schema["maximum"]}`
    case "number":
      return `number of at least ${minimum}`
    case "null":
      return "null"
    default:
      return pattern === undefined ? "text" : `text that matches \`${pattern}\``
  }
}

const outcome = (decode: Decode, text: string): string =>
  Result.match(decode(new TextEncoder().encode(text)), {
    onSuccess: (value) => {
      const values = Object.values(value).map((field) =>
        typeof field === "bigint" ? field.toString() : JSON.stringify(field)
      )
      return `stored: ${values.map((field) => `\`${field}\``).join(" ")}`
    },
    onFailure: (failure) =>
      failure._tag === "SchemaViolation"
        ? `\`schema-violation\`: ${failure.message}`
        : `\`undecodable\`: ${failure.message}`
  })

const changed = (message: object, members: string): string =>
  `${JSON.stringify(message).slice(0, -1)},${members}}`

const order = {
  order_id: 4711,
  customer_id: 42,
  item: "Laptop",
  quantity: 2,
  price: 1299.5,
  shipping_address: "1 Main Street",
  order_status: "Shipped",
  creation_date: "2024-01-21"
}

const { customer_id: _, shipping_address: __, order_id: ___, ...rest } = order

const orderExamples: ReadonlyArray<string> = [
  JSON.stringify(order),
  changed(rest, `"order_id":"1234567890123456789","customer_id":null`),
  changed(rest, `"order_id":1234567890123456789,"note":"ignored"`),
  changed(rest, `"order_id":4711.0,"customer_id":1e3`),
  changed(rest, `"order_id":9007199254740991.4`),
  changed(rest, `"order_id":0`),
  changed(rest, `"order_id":"one"`),
  JSON.stringify({ ...order, price: "1299.50" }),
  JSON.stringify(rest),
  JSON.stringify([order]),
  `{"message":{"data":"eyJvcmRlcl9pZCI6MX0=","messageId":"1"},"subscription":"projects/p/subscriptions/s"}`,
  `{"order_id":NaN}`
]

const payment = {
  payment_id: 9001,
  order_id: 4711,
  payment_method: "Credit Card",
  card_last_four: "0042",
  payment_status: "Completed",
  payment_datetime: "2024-01-21T01:01:30Z"
}

const paymentExamples: ReadonlyArray<string> = [
  JSON.stringify(payment),
  JSON.stringify({ ...payment, payment_method: "Cash", card_last_four: null }),
  JSON.stringify({ ...payment, card_last_four: "" }),
  JSON.stringify({ ...payment, payment_datetime: "2024-01-21T500:01:30Z" }),
  JSON.stringify({ ...payment, card_last_four: "42" }),
  JSON.stringify({ ...payment, card_last_four: 42 }),
  JSON.stringify({ ...payment, order_id: null })
]
