import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { versionOfPayment } from "../../src/domain/Version.ts"
import { everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { broken, brokenAt, edited, escapedIn, replacing, toldOf } from "../support/DeadLetterFiles.ts"
import {
  giveUp,
  ids,
  matchedIn,
  publishLetters,
  redriven,
  redriving,
  remaining,
  store,
  worldSources
} from "../support/Redriving.ts"
import { messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld } from "../support/World.ts"

describe("a redrive from a file, whatever is in it and however it ends", () => {
  it.effect(
    "an entry whose original is no longer there, or is another message, is not applied, and said",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(3))
        yield* store(world, ids(4))
        const from = yield* edited(world, (text) => {
          const [one = "", two = "", three = ""] = text.split("\n")
          return [
            one,
            // Somebody changed the data itself, and an attribute.
            two.replace(/"data":"[^"]+"/, `"data":"${Buffer.from("{}").toString("base64")}"`),
            three.replace('"dlq-reason":"unmatched-payment"', '"dlq-reason":"another"'),
            one
              .replace(/"id":"[^"]+"/, '"id":"gone"')
              .replace(/"dlq-message-id":"[^"]+"/, '"dlq-message-id":"gone"')
              .replace(escapedIn('"order_id":"1"'), escapedIn('"order_id":"4"'))
          ].join("\n")
        })
        const tally = yield* redriven(world, { from })
        assert.deepInclude(tally, { tried: 1, differing: 2, through: { "payment-matched": 1 } })
        assert.deepStrictEqual(from.index.notFound(), [{ line: 4, isCorrected: true }])
        assert.isUndefined(world.table.state(4n)?.payment)
        assert.strictEqual((yield* remaining(world)).length, 2)
      })
  )

  it.effect("what a filter does not mean is left, and is not said to be gone", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(2))
      yield* publishLetters(world, broken(3n))
      const from = yield* edited(world, (text) => text)
      const filter = { ...everyDeadLetter, reasons: new Set(["schema-violation"]) }
      assert.deepInclude(yield* redriven(world, { from, filter }), { tried: 1, notMeant: 2, notInFile: 0 })
      assert.deepStrictEqual(from.index.notFound(), [])
    })
  )

  it.effect("a dry run says what the redrive does, and changes nothing", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, [1n])
      yield* publishLetters(world, broken(1n), broken(2n))
      const edit = replacing('"payment_id":"none"', '"payment_id":"77"')
      const from = yield* edited(world, edit)
      const dry = yield* redriven(world, { from, isDry: true })
      assert.strictEqual(matchedIn(world), 0)
      assert.strictEqual((yield* remaining(world)).length, 2)
      const again = yield* edited(world, edit)
      const real = yield* redriven(world, { from: again })
      const { through, stays } = real
      assert.deepInclude(dry, { through, stays })
      assert.deepStrictEqual(toldOf(from.told), toldOf(again.told))
      assert.deepStrictEqual(
        { through, stays },
        { through: { "payment-matched": 1 }, stays: { "unmatched-payment": 1 } }
      )
    })
  )

  it.effect("a corrected payment finds its order among the dead letters beside it", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, broken(1n), {
        ...messageOf(orderOf(1n), { "dlq-reason": "store-rejected", "dlq-subscription": worldSources.orders })
      })
      const from = yield* edited(world, replacing('"payment_id":"none"', '"payment_id":"77"'))
      assert.deepInclude(yield* redriven(world, { from }), {
        through: { "order-stored": 1, "payment-matched": 1 }
      })
    })
  )

  it.effect("data that is no text can be given one", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, [1n])
      yield* publishLetters(world, { ...broken(1n), data: Uint8Array.of(0xff, 0xfe) })
      const text = JSON.stringify(Buffer.from(messageOf(paymentOf(1n)).data).toString())
      const from = yield* edited(world, (line) => line.replace('"attributes"', `"text":${text},"attributes"`))
      assert.deepInclude(yield* redriven(world, { from }), { through: { "payment-matched": 1 } })
      assert.deepStrictEqual(toldOf(from.told)[0]?.slice(0, 2), ["stays(undecodable)", "payment-matched"])
    })
  )

  it.effect(
    "[G1] a write whose answer is lost acknowledges no original, and the same command finishes it",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* store(world, ids(3))
        yield* publishLetters(world, ...ids(3).map(broken))
        const from = yield* edited(world, replacing('"payment_id":"none"', '"payment_id":"77"'))
        world.storeFaults.encounter = () => "timed-out-unwritten"
        assert.deepInclude(yield* redriven(world, { from }), { through: {}, endedBy: "store" })
        assert.strictEqual((yield* remaining(world)).length, 3)
        world.storeFaults.encounter = () => "answered"
        assert.deepInclude(yield* redriven(world, { from }), { through: { "payment-matched": 3 } })
        assert.deepStrictEqual(yield* remaining(world), [])
      })
  )

  it.effect("[G1] [G2] a process that dies in the middle loses nothing and doubles nothing", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, ids(60))
      yield* publishLetters(world, ...ids(60).map(broken))
      const from = yield* edited(world, replacing('"payment_id":"none"', '"payment_id":"77"'))
      const first = yield* redriving(world, { from, pace: { rate: 100 } }, "first")
      yield* eventually(
        "some",
        Effect.sync(() => matchedIn(world) > 5)
      )
      yield* first.crash
      const before = matchedIn(world)
      assert.isBelow(before, 60)
      yield* pass("3 minutes")
      yield* redriven(world, { from })
      assert.strictEqual(matchedIn(world), 60)
      for (const id of ids(60))
        assert.strictEqual(
          world.table.state(id)?.payment?.version,
          versionOfPayment(paymentOf(id, { payment_id: 77n }), brokenAt)
        )
      assert.deepStrictEqual(yield* remaining(world), [])
    })
  )

  it.effect("the time of a correction is never that of its file, however late it is made", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, [1n])
      yield* publishLetters(world, messageOf({ ...paymentOf(1n), payment_id: "none" } as never))
      const acceptedAt = (yield* Clock.currentTimeMillis) * 1000
      yield* pass("1 day")
      const from = yield* edited(world, replacing('"payment_id":"none"', '"payment_id":"77"'))
      assert.deepInclude(yield* redriven(world, { from }), { through: { "payment-matched": 1 } })
      const version = world.table.state(1n)?.payment?.version ?? 0n
      assert.isBelow(Number(version - BigInt(acceptedAt)), 60_000_000)
    })
  )
})
