import { type JsonSchema, Result } from "effect"
import { describe, expect, it } from "vitest"
import { decodeOrder, decodePayment } from "../../src/domain/Decoder.ts"
import { messageReference } from "../../src/ingest/MessageReference.ts"
import { type Field, jsonSchemaOf, orderFields, paymentFields } from "../../src/ingest/MessageSchemas.ts"
import { bytesOf } from "../support/Samples.ts"
import { order, payment } from "./payloads/Messages.ts"

describe("the documents about messages", () => {
  it("docs/messages.md tells of the messages as they are read (`npm run docs` writes it)", async () => {
    await expect(messageReference()).toMatchFileSnapshot("../../docs/messages.md")
  })

  it("docs/schemas/order.json is the order's JSON Schema (`npm run docs` writes it)", async () => {
    await expect(jsonSchemaOf("Order", orderFields())).toMatchFileSnapshot("../../docs/schemas/order.json")
  })

  it("docs/schemas/payment.json is the payment's JSON Schema (`npm run docs` writes it)", async () => {
    await expect(jsonSchemaOf("Payment", paymentFields())).toMatchFileSnapshot(
      "../../docs/schemas/payment.json"
    )
  })

  const kinds: ReadonlyArray<{
    readonly name: string
    readonly fields: ReadonlyArray<Field>
    readonly sample: object
    readonly decode: (data: Uint8Array) => Result.Result<object, unknown>
  }> = [
    { name: "order", fields: orderFields(), sample: order, decode: decodeOrder },
    { name: "payment", fields: paymentFields(), sample: payment, decode: decodePayment }
  ]

  it.each(kinds)("the JSON Schema of an $name takes what the decoder takes, field by field", (kind) => {
    for (const { name, isOptional, schema } of kind.fields) {
      const isTaken = (value: unknown): boolean =>
        Result.isSuccess(kind.decode(bytesOf(JSON.stringify({ ...kind.sample, [name]: value }))))
      expect(isTaken(undefined), `${name} absent`).toBe(isOptional)
      for (const value of values) {
        expect(isTaken(value), `${name}: ${JSON.stringify(value)}`).toBe(isValid(schema, value))
      }
    }
  })
})

/** Values that JSON Schema and JavaScript's numbers say as much about as the decoder does. */
const values: ReadonlyArray<unknown> = [
  ...[null, true, [], {}, 0, 1, -1, 1.5, 7000, -0.5, 1e300, 2 ** 53 - 1],
  ...["", " ", "0", "-1", "7", "-7", "007", "+1", "1e3", "1.0", "4242", "424", "42424", "text"],
  ...["9007199254740993", "1".repeat(20)]
]

/** As much of JSON Schema as the messages use. */
const isValid = (schema: JsonSchema.JsonSchema, value: unknown): boolean => {
  const { type, anyOf, minimum, maximum, pattern } = schema
  if (Array.isArray(anyOf)) return anyOf.some((one) => isValid(one, value))
  switch (type) {
    case "null":
      return value === null
    case "string":
      return typeof value === "string" && new RegExp(typeof pattern === "string" ? pattern : "").test(value)
    case "integer":
    case "number":
      return (
        typeof value === "number" &&
        (type === "number" || Number.isInteger(value)) &&
        value >= Number(minimum) &&
        value <= Number(maximum ?? Number.MAX_VALUE)
      )
    default:
      throw new Error(`the test knows no type ${type}`)
  }
}
