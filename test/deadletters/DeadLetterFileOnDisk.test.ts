import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Result, Stream } from "effect"
import { deadLetterLine, type FiledDeadLetter } from "../../src/deadletters/DeadLetterFile.ts"
import { readDeadLetterFile } from "../../src/deadletters/DeadLetterFileReader.ts"
import { writeDeadLetterFile } from "../../src/deadletters/DeadLetterFileWriter.ts"
import type { Delivery } from "../../src/pubsub/Message.ts"
import { deadLetterFolder } from "../support/DeadLetterFolder.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

const fileOf = (read: FiledDeadLetter) => {
  const { attributes, data, messageId, orderingKey, publishTimeMicros } = read.delivery
  return { messageId, publishTimeMicros, data: Buffer.from(data).toString("hex"), attributes, orderingKey }
}

const givenOf = ({ attributes, data, messageId, orderingKey, publishTimeMicros }: Delivery) => ({
  ...{ messageId, publishTimeMicros, data: Buffer.from(data).toString("hex"), attributes, orderingKey }
})

const onDisk = <A, E>(effect: Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.provide(effect, NodeFileSystem.layer)

const readAll = (file: string) =>
  onDisk(
    Stream.runCollect(readDeadLetterFile(file)).pipe(Effect.map((batches) => Array.from(batches).flat()))
  )

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
