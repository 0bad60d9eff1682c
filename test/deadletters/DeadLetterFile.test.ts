import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, FileSystem, Layer, Result, Schema, Stream } from "effect"
import {
  deadLetterLine,
  type FiledDeadLetter,
  readDeadLetterLine
} from "../../src/deadletters/DeadLetterFile.ts"
import { readDeadLetterFile } from "../../src/deadletters/DeadLetterFileReader.ts"
import { writeDeadLetterFile } from "../../src/deadletters/DeadLetterFileWriter.ts"
import type { Delivery } from "../../src/pubsub/Message.ts"
import { microsOf } from "../../src/time/Rfc3339.ts"
import { deadLetterFolder } from "../support/DeadLetterFolder.ts"
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

const onDisk = <A, E>(effect: Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.provide(effect, NodeFileSystem.layer)

const readAll = (file: string) =>
  onDisk(
    Stream.runCollect(readDeadLetterFile(file)).pipe(Effect.map((batches) => Array.from(batches).flat()))
  )

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

describe("a file of dead letters", () => {
  const letters = Array.from({ length: 3_000 }, (_, index) =>
    deliveryOf(`id-${index}`, { data: bytesOf(`{"n":${index},"s":"${"ä€".repeat(index % 300)}"}`) })
  )

  it.live("is there once it is whole, for its owner alone, and reads as it was written", () =>
    Effect.gen(function* () {
      const folder = yield* deadLetterFolder
      const file = folder.path("letters.ndjson")
      yield* onDisk(
        Effect.scoped(
          Effect.gen(function* () {
            const writer = yield* writeDeadLetterFile(file, { overwrites: false })
            yield* writer.append(letters.slice(0, 1))
            yield* writer.append(letters.slice(1))
            assert.match(folder.names().join(), /^letters\.ndjson\.[0-9a-f]{8}\.part$/)
            yield* writer.commit
            assert.deepStrictEqual(folder.names(), ["letters.ndjson"])
            const { bytes, letters: count } = writer.written()
            assert.deepStrictEqual([count, bytes], [3_000, Buffer.byteLength(folder.read("letters.ndjson"))])
          })
        )
      )
      assert.strictEqual(folder.mode("letters.ndjson"), 0o600)
      const all = yield* readAll(file)
      assert.deepStrictEqual(all.map(fileOf), letters.map(givenOf))
      assert.deepStrictEqual(
        all.map(({ line }) => line),
        letters.map((_, index) => index + 1)
      )
    })
  )

  it.live("is not there, nor its temporary file, where it was not finished", () =>
    Effect.gen(function* () {
      const folder = yield* deadLetterFolder
      yield* onDisk(
        Effect.scoped(
          Effect.flatMap(writeDeadLetterFile(folder.path("a"), { overwrites: false }), ({ append }) =>
            append(letters)
          )
        )
      )
      assert.deepStrictEqual(folder.names(), [])
    })
  )

  it.live(
    "replaces another only where it was told to, and nothing but a file, also one that came meanwhile",
    () =>
      Effect.gen(function* () {
        const folder = yield* deadLetterFolder
        const file = folder.write("a", "mine")
        const write = (overwrites: boolean, path = file, meanwhile = () => {}) =>
          onDisk(
            Effect.scoped(
              Effect.gen(function* () {
                const writer = yield* writeDeadLetterFile(path, { overwrites })
                meanwhile()
                yield* writer.append(letters.slice(0, 1))
                yield* writer.commit
              })
            )
          )
        assert.strictEqual((yield* Effect.flip(write(false))).message, `${file}: it is there already`)
        const other = yield* Effect.flip(write(false, folder.path("b"), () => folder.write("b", "mine")))
        assert.strictEqual(other.reason._tag, "FileExists")
        assert.strictEqual((yield* Effect.flip(write(true, folder.path(".")))).reason._tag, "FileUnusable")
        assert.deepStrictEqual([folder.read("a"), folder.read("b")], ["mine", "mine"])
        yield* write(true)
        assert.strictEqual((yield* readAll(file)).length, 1)
        assert.strictEqual(
          (yield* Effect.flip(write(false, folder.path("none/a")))).reason._tag,
          "FileMissing"
        )
      })
  )

  it.live("[G1] does not replace one that another process has named since it looked", () =>
    Effect.gen(function* () {
      const folder = yield* deadLetterFolder
      const file = folder.path("a")
      const raced = Layer.effect(
        FileSystem.FileSystem,
        Effect.map(FileSystem.FileSystem, (files) => {
          const afterTheOther = (name: "link" | "rename") => (from: string, to: string) =>
            Effect.suspend(() => {
              folder.write("a", "the other's")
              return files[name](from, to)
            })
          return { ...files, link: afterTheOther("link"), rename: afterTheOther("rename") }
        })
      )
      const result = yield* writeDeadLetterFile(file, { overwrites: false }).pipe(
        Effect.tap(({ append }) => append(letters.slice(0, 1))),
        Effect.flatMap(({ commit }) => commit),
        Effect.scoped,
        Effect.provide(raced),
        Effect.result,
        onDisk
      )
      assert.strictEqual(Result.isFailure(result) && result.failure.reason._tag, "FileExists")
      assert.deepStrictEqual(folder.names(), ["a"])
      assert.strictEqual(folder.read("a"), "the other's")
    })
  )

  it.live(
    "may have empty lines, a byte-order mark and the line ends of Windows, and no end of its last line",
    () =>
      Effect.gen(function* () {
        const folder = yield* deadLetterFolder
        const [one, two] = letters.map(deadLetterLine)
        const file = folder.write("a", `\uFEFF${one}\r\n\r\n  \n${two}`)
        assert.deepStrictEqual(
          (yield* readAll(file)).map(({ delivery, line }) => [line, delivery.messageId]),
          [
            [1, "id-0"],
            [4, "id-1"]
          ]
        )
      })
  )

  it.live("that is missing, cut, or not UTF-8, is named with the line", () =>
    Effect.gen(function* () {
      const folder = yield* deadLetterFolder
      const messageOf = (file: string) => Effect.map(Effect.flip(readAll(file)), ({ message }) => message)
      assert.strictEqual(yield* messageOf(folder.path("none")), `${folder.path("none")}: no such file`)
      const lines = letters.slice(0, 2).map(deadLetterLine).join("\n")
      const cut = folder.write("cut", lines.slice(0, -5))
      assert.strictEqual(yield* messageOf(cut), `${cut}: line 2: expected a JSON object`)
      const bytes = folder.write("bytes", Buffer.concat([Buffer.from(`${lines}\n`), Buffer.from([0xff])]))
      assert.strictEqual(yield* messageOf(bytes), `${bytes}: line 3: expected UTF-8 text`)
    })
  )
})
