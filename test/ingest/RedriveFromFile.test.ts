import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { versionOfPayment } from "../../src/domain/Version.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { broken, brokenAt, edited, replacing, toldOf } from "../support/DeadLetterFiles.ts"
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
import { paymentOf } from "../support/Samples.ts"
import { makeWorld, paymentsTopic } from "../support/World.ts"

describe("a redrive from a file", () => {
  it.effect(
    "[G1] [G2] a correction goes through at the version of its original, which is then acknowledged",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* store(world, ids(3))
        yield* publishLetters(world, ...ids(3).map(broken))
        const from = yield* edited(world, replacing('"payment_id":"none"', '"payment_id":"77"'))
        const tally = yield* redriven(world, { from })
        assert.deepInclude(tally, { tried: 3, through: { "payment-matched": 3 }, refused: 0, notInFile: 0 })
        const went = ["stays(schema-violation)", "payment-matched", "payment-matched"]
        assert.deepStrictEqual(toldOf(from.told), [went, went, went])
        assert.deepStrictEqual(yield* remaining(world), [])
        const corrected = paymentOf(2n, { payment_id: 77n })
        assert.strictEqual(world.table.fact(2n)?.payment_id, 77n)
        assert.strictEqual(world.table.state(2n)?.payment?.version, versionOfPayment(corrected, brokenAt))
        // Nothing was published anywhere.
        assert.strictEqual((yield* world.deadLetters).length, 3)
        assert.strictEqual((yield* world.broker.publishedTo(paymentsTopic)).length, 0)
      })
  )

  it.effect("what nobody has changed is redriven as it is, and nothing that is not in the file", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(5))
      const from = yield* edited(world, (text) => text.split("\n").slice(0, 3).join("\n"))
      yield* store(world, [1n, 2n, 4n, 5n])
      assert.deepInclude(yield* redriven(world, { from }), {
        tried: 3,
        notInFile: 2,
        through: { "payment-matched": 2 },
        stays: { "unmatched-payment": 1 }
      })
      assert.strictEqual((yield* remaining(world)).length, 3)
      assert.deepStrictEqual(from.told, [])
    })
  )

  it.effect("[G1] a correction that gets less far than the original is refused, and neither is applied", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(2))
      yield* store(world, ids(2))
      const from = yield* edited(world, replacing('"order_id":"1"', '"order_id":"one"'))
      assert.deepInclude(yield* redriven(world, { from }), {
        tried: 2,
        refused: 1,
        through: { "payment-matched": 1 },
        stays: {}
      })
      assert.deepStrictEqual(toldOf(from.told), [["payment-matched", "stays(schema-violation)", "refused"]])
      assert.isUndefined(world.table.state(1n)?.payment)
      assert.strictEqual((yield* remaining(world)).length, 1)
    })
  )

  it.effect("[G2] a correction that a newer payment would supersede, and the original not, is refused", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, [1n])
      yield* pass("1 minute")
      yield* store(world, ids(2))
      const process = yield* world.start()
      yield* world.publishPayments(paymentOf(2n, { payment_id: 2_000n }))
      yield* eventually(
        "the newer one",
        Effect.sync(() => matchedIn(world) === 1)
      )
      yield* process.shutDown
      const from = yield* edited(world, replacing('"order_id":"1"', '"order_id":"2"'))
      assert.deepInclude(yield* redriven(world, { from }), { refused: 1, through: {} })
      assert.deepStrictEqual(toldOf(from.told), [["payment-matched", "payment-superseded", "refused"]])
      assert.strictEqual(world.table.fact(2n)?.payment_id, 2_000n)
      assert.isUndefined(world.table.state(1n)?.payment)
    })
  )

  it.effect(
    "[G2] of an original and its correction only the correction is applied, where both could be",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, [1n])
        yield* store(world, ids(2))
        const from = yield* edited(world, replacing('"order_id":"1"', '"order_id":"2"'))
        assert.deepInclude(yield* redriven(world, { from }), { tried: 1, through: { "payment-matched": 1 } })
        assert.isUndefined(world.table.state(1n)?.payment)
        assert.strictEqual(world.table.fact(2n)?.payment_id, 1_001n)
        assert.deepStrictEqual(yield* remaining(world), [])
      })
  )

  it.effect(
    "[G2] a crash that repeated a dead letter does not bring the original in beside its correction",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* store(world, ids(2))
        const letter = (failedAt: string) =>
          letterOf(1n, {
            "dlq-message-id": "17",
            "dlq-publish-time": rfc3339(brokenAt),
            "dlq-failed-at": failedAt
          })
        yield* publishLetters(world, letter("2023-07-22T04:26:41Z"))
        const from = yield* edited(world, replacing('"order_id":"1"', '"order_id":"2"'))
        yield* publishLetters(world, letter("2023-07-22T04:26:42Z"))
        assert.deepInclude(yield* redriven(world, { from }), { tried: 2, through: { "payment-matched": 2 } })
        assert.isUndefined(world.table.state(1n)?.payment)
        assert.strictEqual(matchedIn(world), 1)
        assert.deepStrictEqual(yield* remaining(world), [])
      })
  )
})
