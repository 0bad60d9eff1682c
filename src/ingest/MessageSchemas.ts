/** JSON Schemas of the messages, made from the schemas they are read with. */
import { type JsonSchema, Result, Schema } from "effect"
import { int64Max, int64Min } from "../domain/Int64.ts"
import { Order, orderIntegers } from "../domain/Order.ts"
import { Payment, paymentIntegers } from "../domain/Payment.ts"

/** One field of a message. */
export interface Field {
  readonly name: string
  /** What it is, in a sentence without its full stop. */
  readonly meaning: string
  /** May be left out; it is null then. */
  readonly isOptional: boolean
  readonly schema: JsonSchema.JsonSchema
}

const orderMeanings: Readonly<Record<keyof Order, string>> = {
  order_id: "Names the order; a payment names its order by it",
  customer_id: "Names the customer; a guest's order has none",
  item: "What was bought",
  quantity: "How many",
  price: "Stored as a double: the one number that may be rounded, as everywhere in JSON",
  shipping_address: "Where it goes; there is none where nothing is shipped",
  order_status: "Any text, verbatim",
  creation_date: "Any text, verbatim: it need not be a date"
}

const paymentMeanings: Readonly<Record<keyof Payment, string>> = {
  payment_id: "Names the payment",
  order_id: "The order that it pays",
  payment_method: "Any text, verbatim",
  card_last_four:
    "The last digits of the card; there are none where there is no card, and empty text is null too",
  payment_status: "Any text, verbatim",
  payment_datetime: "Any text, verbatim: it need not be a legal time"
}

/** The fields of an order, in the schema's order. */
export const orderFields = (): ReadonlyArray<Field> => fieldsOf(Order, orderIntegers, orderMeanings)

/** The fields of a payment, in the schema's order. */
export const paymentFields = (): ReadonlyArray<Field> => fieldsOf(Payment, paymentIntegers, paymentMeanings)

/** A JSON Schema (draft 2020-12) of a message, as text: int64's bounds are no JavaScript numbers. */
export const jsonSchemaOf = (title: string, fields: ReadonlyArray<Field>): string => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    description: "Generated from src/domain by `npm run docs`. Unknown fields are ignored.",
    type: "object",
    properties: Object.fromEntries(
      fields.map(({ name, meaning, schema }) => [name, { description: meaning, ...schema }])
    ),
    required: fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name)
  }
  const text = JSON.stringify(schema, (_, value) => (typeof value === "bigint" ? `${value}n` : value), 2)
  return `${text.replaceAll(/"(-?[0-9]+)n"/g, "$1")}\n`
}

const fieldsOf = (
  message: Schema.Struct<Schema.Struct.Fields>,
  integers: ReadonlyArray<string>,
  meanings: Readonly<Record<string, string>>
): ReadonlyArray<Field> => {
  const { schema } = Schema.toJsonSchemaDocument(message)
  const properties = schema["properties"] as Readonly<Record<string, JsonSchema.JsonSchema>>
  const required = schema["required"] as ReadonlyArray<string>
  return Object.entries(properties).map(([name, property]) => {
    const isOptional = !required.includes(name)
    const field = message.fields[name]
    const common = { name, isOptional, meaning: meanings[name] ?? "" }
    if (name === "card_last_four") return { ...common, schema: card }
    if (!integers.includes(name) || field === undefined) return { ...common, schema: property }
    return {
      ...common,
      schema: { anyOf: [...int64(startsAtOne(field)), ...(isOptional ? [none] : [])] }
    }
  })
}

/** The JSON Schema of fields that the schemas check by code; a test compares it with what they accept. */
const int64 = (isPositive: boolean) => [
  { type: "integer", minimum: isPositive ? 1n : int64Min, maximum: int64Max },
  { type: "string", pattern: isPositive ? "^[1-9][0-9]{0,18}$" : "^(0|-?[1-9][0-9]{0,18})$" }
]

const none = { type: "null" }

const card = { anyOf: [{ type: "string", pattern: "^([0-9]{4})?$" }, none] }

const startsAtOne = (field: Schema.Constraint): boolean =>
  Result.isFailure(Schema.decodeResult(field as Schema.Decoder<unknown>)(0))
