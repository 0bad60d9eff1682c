import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { deadLetterLine } from "../../src/deadletters/DeadLetterFile.ts"
import { indexDeadLetterFile } from "../../src/deadletters/DeadLetterFileIndex.ts"
import { restoredMessage } from "../../src/deadletters/RestoredMessage.ts"
import type { Delivery } from "../../src/pubsub/Message.ts"
import { deadLetterFolder } from "../support/DeadLetterFolder.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

const letterOf = (id: string, fields: Partial<Delivery> = {}) =>
  deliveryOf(id, {
    data: bytesOf(`{"n":"wrong"}`),
    attributes: { "dlq-reason": "r", "dlq-subscription": "s", "dlq-message-id": `of-${id}` },
    ...fields
  })

const corrected = (letter: Delivery, to: string): string => deadLetterLine(letter).replace("wrong", to)

const indexOf = (...lines: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.flatMap(deadLetterFolder, (folder) =>
      indexDeadLetterFile(folder.write("a", lines.join("\n"))).pipe(Effect.provide(NodeFileSystem.layer))
    )
  )

const problemOf = (...lines: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(indexOf(...lines)), ({ reason }) => reason.message)

const textOf = (found: { readonly corrected?: Uint8Array | undefined }) =>
  found.corrected && Buffer.from(found.corrected).toString()

describe("the index of a file of dead letters", () => {
  const one = letterOf("1")
  const two = letterOf("2")

  it.live("finds a dead letter with its correction, also once it is restored", () =>
    Effect.gen(function* () {
      const index = yield* indexOf(corrected(one, "right"), deadLetterLine(two))
      assert.deepStrictEqual([index.size, index.corrected], [2, 1])
      for (const letter of [one, letterOf("99", restoredMessage(one))]) {
        const found = index.find(letter)
        assert.deepInclude(found, { _tag: "InFile", line: 1 })
        assert.strictEqual("corrected" in found && textOf(found), '{"n":"right"}')
      }
      assert.deepStrictEqual(index.find(two), { _tag: "InFile", line: 2, corrected: undefined })
      assert.deepStrictEqual(index.find(letterOf("3")), { _tag: "NotInFile" })
    })
  )

  it.live("does not take another message of the same id for it, and says what was not found", () =>
    Effect.gen(function* () {
      const index = yield* indexOf(
        ...[one, two, letterOf("3")].map(deadLetterLine),
        corrected(letterOf("4"), "right")
      )
      assert.deepStrictEqual(index.find(letterOf("1", { data: bytesOf("{}") })), { _tag: "Differs", line: 1 })
      assert.deepStrictEqual(index.find(letterOf("2", { attributes: { ...two.attributes, a: "" } })), {
        _tag: "Differs",
        line: 2
      })
      index.find(letterOf("3"))
      assert.deepStrictEqual(
        [one, two, letterOf("3")].map((letter) => index.isFound(letter)),
        [false, false, true]
      )
      assert.deepStrictEqual(index.notFound(), [{ line: 4, isCorrected: true }])
    })
  )

  it.live(
    "[G2] a correction holds for a dead letter that is the same message once more, in the file or not",
    () =>
      Effect.gen(function* () {
        const again = (id: string) => letterOf(id, { attributes: { ...one.attributes, "dlq-failed-at": id } })
        const index = yield* indexOf(corrected(one, "right"), deadLetterLine(again("2")))
        for (const letter of [again("2"), again("3")]) {
          const found = index.find(letter)
          assert.strictEqual("corrected" in found && textOf(found), '{"n":"right"}')
        }
        // The same id from others' topics, or with other data, is another message.
        for (const other of [
          letterOf("3", { data: bytesOf("{}"), attributes: one.attributes }),
          letterOf("3", { attributes: { ...one.attributes, "dlq-subscription": "t" } })
        ])
          assert.deepStrictEqual(index.find(other), { _tag: "NotInFile" })
      })
  )

  it.live("two dead letters with one `dlq-restored-id` are two: an emulator gives ids again", () =>
    Effect.gen(function* () {
      const again = letterOf("1", { data: bytesOf("{}") })
      const [first, second] = [one, again].map((letter, index) =>
        letterOf(`${index + 8}`, restoredMessage(letter))
      ) as [Delivery, Delivery]
      const index = yield* indexOf(corrected(first, "right"), deadLetterLine(second))
      assert.strictEqual(index.size, 2)
      // Also those that they were before, and those that a restore makes of them once more.
      for (const letter of [first, one, letterOf("99", restoredMessage(first))])
        assert.deepInclude(index.find(letter), { _tag: "InFile", line: 1 })
      for (const letter of [second, again, letterOf("99", restoredMessage(second))])
        assert.deepStrictEqual(index.find(letter), { _tag: "InFile", line: 2, corrected: undefined })
      const third = letterOf("99", { ...restoredMessage(one), data: bytesOf("[]") })
      assert.deepStrictEqual(index.find(third), { _tag: "NotInFile" })
    })
  )

  it.live("a dead letter and the one that a restore made of it beside it are one, corrected in one way", () =>
    Effect.gen(function* () {
      const unmarked = letterOf("1", { attributes: {} })
      const restored = letterOf("9", restoredMessage(unmarked))
      const index = yield* indexOf(deadLetterLine(unmarked), corrected(restored, "right"))
      assert.deepStrictEqual([index.size, index.corrected], [1, 1])
      assert.deepStrictEqual([unmarked, restored].map(index.lineOf), [2, 2])
      for (const letter of [unmarked, restored]) {
        const found = index.find(letter)
        assert.strictEqual("corrected" in found && textOf(found), '{"n":"right"}')
      }
      assert.deepStrictEqual(index.notFound(), [])
      assert.strictEqual(
        yield* problemOf(corrected(unmarked, "a"), corrected(restored, "b")),
        "line 2: the message of line 1 again, with other data or another text"
      )
    })
  )

  it.live("the same dead letter twice is one; corrected in two ways it is refused, by line", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* indexOf(corrected(one, "a"), corrected(one, "a"))).size, 1)
      const again = "the message of line 1 again, with other data or another text"
      assert.strictEqual(yield* problemOf(corrected(one, "a"), corrected(one, "b")), `line 2: ${again}`)
      assert.strictEqual(yield* problemOf(deadLetterLine(one), corrected(one, "b")), `line 2: ${again}`)
      const repeated = letterOf("5", { attributes: one.attributes })
      assert.strictEqual(
        yield* problemOf(corrected(one, "a"), deadLetterLine(two), corrected(repeated, "b")),
        `line 3: ${again}`
      )
    })
  )
})
