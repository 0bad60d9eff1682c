import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { discarding, exported, restored } from "../support/DeadLetterFiles.ts"
import { memoryFiles } from "../support/MemoryFiles.ts"
import {
  giveUp,
  ids,
  letterOf,
  matchedIn,
  publishLetters,
  redriven,
  remaining,
  store
} from "../support/Redriving.ts"
import { messageOf, paymentOf } from "../support/Samples.ts"
import { makeWorld, type World } from "../support/World.ts"

/** Takes all dead letters out of the topic, into a file. */
const takenOut = Effect.fnUntraced(function* (world: World) {
  const files = memoryFiles()
  const file = "discarded.ndjson"
  yield* (yield* discarding(world, files, file)).end
  assert.deepStrictEqual(yield* remaining(world), [])
  return { file, files }
})

describe("a restore", () => {
  it.effect("[G1] puts back what a discard took out, with the same bytes and attributes", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(3))
      const [before] = yield* remaining(world)
      const { file, files } = yield* takenOut(world)
      assert.deepInclude(yield* restored(world, files, file), {
        inFile: 3,
        present: 0,
        restored: 3,
        refused: []
      })
      const after = yield* remaining(world)
      assert.strictEqual(after.length, 3)
      assert.deepStrictEqual(after[0]?.data, before?.data)
      const { "dlq-restored-id": id, ...attributes } = after[0]?.attributes ?? {}
      assert.deepStrictEqual({ ...attributes }, { ...before?.attributes })
      assert.strictEqual(id, before?.messageId)
    })
  )

  it.effect("[G2] a restored letter does not win over a payment that is newer than its original", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const at = (yield* Clock.currentTimeMillis) * 1000
      // Ours; others', without any time; and one that claims a time in the future, which is not believed.
      yield* publishLetters(
        world,
        letterOf(1n, { "dlq-publish-time": rfc3339(at) }),
        messageOf(paymentOf(2n)),
        letterOf(3n, { "dlq-publish-time": rfc3339(at + 7_200_000_000) })
      )
      yield* pass("1 minute")
      yield* store(world, ids(3))
      const process = yield* world.start()
      yield* world.publishPayments(...ids(3).map((id) => paymentOf(id, { payment_id: id + 2_000n })))
      yield* eventually(
        "the newer ones",
        Effect.sync(() => matchedIn(world) === 3)
      )
      yield* process.shutDown
      const { file, files } = yield* takenOut(world)
      yield* pass("3 hours")
      yield* restored(world, files, file)
      assert.deepInclude(yield* redriven(world), { tried: 3, through: { "payment-superseded": 3 } })
      for (const id of ids(3)) assert.strictEqual(world.table.fact(id)?.payment_id, id + 2_000n)
    })
  )

  it.effect("[G1] puts back two dead letters that had the same id once, as from an emulator", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, ...ids(2).map((id) => letterOf(id, { "dlq-restored-id": "1" })))
      const { file, files } = yield* takenOut(world)
      assert.deepInclude(yield* restored(world, files, file), { inFile: 2, restored: 2 })
      assert.strictEqual((yield* remaining(world)).length, 2)
      assert.deepInclude(yield* restored(world, files, file), { present: 2, restored: 0 })
    })
  )

  it.effect("leaves what is still in the subscription, and once it is done, restores nothing again", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const files = memoryFiles()
      const file = "all.ndjson"
      yield* giveUp(world, ids(4))
      yield* exported(world, files, file)
      assert.deepInclude(yield* restored(world, files, file), { inFile: 4, present: 4, restored: 0 })
      yield* store(world, [1n, 2n])
      yield* redriven(world)
      assert.deepInclude(yield* restored(world, files, file), { present: 2, restored: 2 })
      // Also when the file is one of what was restored.
      const second = "second.ndjson"
      yield* exported(world, files, second)
      for (const path of [file, second])
        assert.deepInclude(yield* restored(world, files, path), { inFile: 4, present: 4, restored: 0 })
      assert.strictEqual((yield* remaining(world)).length, 4)
      // They are matched already.
      assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 2 } })
    })
  )

  it.effect("does not take another message with the same id for one that is there", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, [1n])
      const { file, files } = yield* takenOut(world)
      const id = /"id":"([^"]+)"/.exec(files.read("discarded.ndjson"))?.[1] ?? ""
      yield* publishLetters(world, letterOf(7n, { "dlq-restored-id": id }))
      assert.deepInclude(yield* restored(world, files, file), { present: 0, restored: 1 })
    })
  )

  it.effect("[G1] where the topic is away it fails, and the same command restores the rest", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(3))
      const { file, files } = yield* takenOut(world)
      world.publisherFaults.isAway = true
      const error = yield* Effect.flip(restored(world, files, file))
      assert.strictEqual(error._tag === "PubSubError" && error.reason._tag, "PubSubUnavailable")
      world.publisherFaults.isAway = false
      assert.deepInclude(yield* restored(world, files, file), { restored: 3 })
    })
  )

  it.effect(
    "says which lines Pub/Sub does not take, and restores the others; a wrong file restores nothing",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(3))
        const { file, files } = yield* takenOut(world)
        const lines = files.read("discarded.ndjson").trimEnd().split("\n")
        files.write("wrong", [...lines, "{}"].join("\n"))
        assert.strictEqual((yield* Effect.flip(restored(world, files, "wrong")))._tag, "DeadLetterFileError")
        assert.deepStrictEqual(yield* remaining(world), [])
        const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`key-${index}`, "v"]))
        const line = JSON.stringify({ ...JSON.parse(lines[1] ?? ""), attributes: many })
        files.write("discarded.ndjson", [lines[0], line, lines[2]].join("\n"))
        const { refused, restored: done } = yield* restored(world, files, file)
        assert.strictEqual(done, 2)
        assert.deepStrictEqual(
          refused.map(({ line }) => line),
          [2]
        )
        assert.include(refused[0]?.error.message ?? "", "102 attributes, 100 allowed")
      })
  )
})
