import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Result, Schema } from "effect"
import {
  deadLetterLine,
  type FiledDeadLetter,
  readDeadLetterLine
} from "../../src/deadletters/DeadLetterFile.ts"
import type { Delivery } from "../../src/pubsub/Message.ts"
import { microsOf } from "../../src/time/Rfc3339.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

const published = microsOf("2026-11-26T03:04:05.678901Z") ?? 0

const fileOf = (read: FiledDeadLetter) => {
  const { attributes, data, messageId, orderingKey, publishTimeMicros } = read.delivery
  return { messageId, publishTimeMicros, data: Buffer.from(data).toString("hex"), attributes, orderingKey }
}

const givenOf = ({ attributes, data, messageId, orderingKey, publishTimeMicros }: Delivery) => ({
  ...{ messageId, publishTimeMicros, data: Buffer.from(data).toString("hex"), attributes, orderingKey }
})

const read = (line: string): FiledDeadLetter => Result.getOrThrow(readDeadLetterLine(line, 1))

/** A line with some of its fields replaced; undefined takes one away. */
const lineWith = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    ...{ format: 1, id: "17", publishTime: "2026-11-26T03:04:05.678901Z", data: "e30=" },
    ...{ attributes: {}, orderingKey: "", ...fields }
  })

describe("a line of a file of dead letters", () => {
  it("has these fields, times and ids as text, data in base64 and as text", () => {
    const letter = deliveryOf("9223372036854775807", {
      data: bytesOf('{"payment_id":9007199254740993}'),
      attributes: { "dlq-reason": "unmatched-payment" },
      publishTimeMicros: published
    })
    assert.strictEqual(
      deadLetterLine(letter),
      '{"format":1,"id":"9223372036854775807","publishTime":"2026-11-26T03:04:05.678901Z","data":"eyJwYXltZW50X2lkIjo5MDA3MTk5MjU0NzQwOTkzfQ==","text":"{\\"payment_id\\":9007199254740993}","attributes":{"dlq-reason":"unmatched-payment"},"orderingKey":""}'
    )
  })

  const Bytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))

  it.effect.prop(
    "any bytes, attributes, ids and times survive, and no line has a line end or a control character",
    {
      data: Bytes,
      attributes: Schema.Record(Schema.String, Schema.String),
      id: Schema.NonEmptyString,
      orderingKey: Schema.String,
      text: Schema.Boolean,
      micros: Arbitrary.schema(
        Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
      )
    },
    ({ attributes, data, id, micros, orderingKey, text }) =>
      Effect.sync(() => {
        const letter = deliveryOf(id, {
          data: text ? bytesOf(`\uFEFF${orderingKey}\u2028`) : Uint8Array.from(data),
          attributes: { ...attributes, ["__proto__"]: "own", "\u202e\n": "\u0085\u{E0001}\ud800" },
          orderingKey,
          publishTimeMicros: micros
        })
        const line = deadLetterLine(letter)
        assert.notMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        assert.deepStrictEqual(fileOf(read(line)), givenOf(letter))
        assert.isUndefined(read(line).corrected)
      }),
    { arbitrary: { runs: 300 } }
  )

  it("a changed text is a correction; the original is still there", () => {
    const line = deadLetterLine(deliveryOf("1", { data: bytesOf('{"a":"Köln"}') }))
    const { corrected, delivery } = read(line.replace("Köln", "Bonn"))
    assert.strictEqual(Buffer.from(corrected ?? "").toString(), '{"a":"Bonn"}')
    assert.strictEqual(Buffer.from(delivery.data).toString(), '{"a":"Köln"}')
  })

  it("a text can be given where the data is none", () => {
    const letter = deliveryOf("1", { data: Uint8Array.of(0xff, 0x00) })
    assert.notInclude(deadLetterLine(letter), '"text"')
    const { corrected } = read(deadLetterLine(letter).replace('"attributes"', '"text":"{}","attributes"'))
    assert.strictEqual(Buffer.from(corrected ?? "").toString(), "{}")
  })

  it.each([
    ["no JSON", "{", "line 7: expected a JSON object"],
    ["no object", "[]", "line 7: Expected object"],
    [
      "another format",
      lineWith({ format: 2, data: 1 }),
      "line 7, field format: expected 1, the one format that this version reads"
    ],
    [
      "no format",
      lineWith({ format: undefined }),
      "line 7, field format: expected 1, the one format that this version reads"
    ],
    [
      "data that is no base64",
      lineWith({ data: "a=b" }),
      "line 7, field data: Expected a valid Base64 string"
    ],
    ["an id that is a number", lineWith({ id: 17 }), "line 7, field id: Expected string"],
    [
      "a time that is none",
      lineWith({ publishTime: "2026-02-30T00:00:00Z" }),
      "line 7, field publishTime: Expected a time in RFC 3339"
    ],
    [
      "an attribute that is a number",
      lineWith({ attributes: { a: 1 } }),
      "line 7, field attributes.a: Expected string"
    ],
    ["a field that is misspelt", lineWith({ Text: "{}" }), "line 7, field Text: Expected no excess property"],
    [
      "a lone surrogate",
      lineWith({ text: "\ud800" }),
      "line 7, field text: Expected well-formed Unicode: without lone surrogates"
    ],
    [
      "two wrong fields",
      lineWith({ id: "", data: "!" }),
      "line 7, field id: Expected a value with a length of at least 1; and 1 more"
    ]
  ])("%s is told by line and field", (_, text, told) => {
    assert.strictEqual(Result.getOrThrow(Result.flip(readDeadLetterLine(text, 7))).message, told)
  })

  it("what is told quotes nothing of a message", () => {
    const secret = "4242 4242"
    for (const text of [`{"x":${secret}`, lineWith({ text: { card: secret } }), lineWith({ data: secret })])
      assert.notInclude(Result.getOrThrow(Result.flip(readDeadLetterLine(text, 1))).message, "4242")
  })
})
