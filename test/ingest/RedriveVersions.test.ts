import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { versionOfPayment } from "../../src/domain/Version.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import {
  giveUp,
  ids,
  letterOf,
  matchedIn,
  publishLetters,
  redriven,
  redriving,
  remaining,
  store
} from "../support/Redriving.ts"
import { paymentOf } from "../support/Samples.ts"
import { makeWorld, paymentsTopic } from "../support/World.ts"

describe("The versions of a redrive", () => {
  it.effect("[G2] an old payment leaves the newer one in the row, and is acknowledged", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, [1n])
      yield* pass("1 minute")
      yield* store(world, [1n])
      const process = yield* world.start()
      yield* world.publishPayments(paymentOf(1n, { payment_id: 2_000n, payment_method: "Cash" }))
      yield* eventually(
        "the newer one",
        Effect.sync(() => matchedIn(world) === 1)
      )
      yield* process.shutDown
      assert.deepInclude(yield* redriven(world), { through: { "payment-superseded": 1 }, stays: {} })
      assert.strictEqual(world.table.fact(1n)?.payment_id, 2_000n)
      assert.deepStrictEqual(yield* remaining(world), [])
    })
  )

  it.effect("[G2] the version is the original's publish time, however late it is redriven", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, [1n])
      const [original] = yield* world.broker.publishedTo(paymentsTopic)
      yield* pass("1 hour")
      yield* store(world, [1n])
      yield* redriven(world)
      const publishedMicros = original?.publishTimeMicros ?? 0
      const { payment } = world.table.state(1n) ?? {}
      // The order is newer and may have nulls: what stands there is the payment's own version, read back and visible.
      assert.strictEqual(payment?.version, versionOfPayment(paymentOf(1n), publishedMicros))
    })
  )

  it.effect("[G2] a forged publish time in the future does not win for ever", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, [1n])
      yield* publishLetters(world, letterOf(1n, { "dlq-publish-time": "9999-12-31T23:59:59Z" }))
      assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 1 } })
      yield* pass("1 second")
      const process = yield* world.start()
      yield* world.publishPayments(paymentOf(1n, { payment_id: 2_000n }))
      yield* eventually(
        "the later one in the row",
        Effect.sync(() => world.table.fact(1n)?.payment_id === 2_000n)
      )
      yield* process.shutDown
    })
  )

  it.effect(
    "[G2] a payment shows also where the original's consumer inserts its order again while it is written",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* store(world, [1n])
        yield* pass("1 minute")
        yield* publishLetters(world, letterOf(1n))
        const insertedAt = BigInt(yield* Clock.currentTimeMillis) * 1000n + 5_000_000n
        const nulls = { payment_id: null, payment_method: null, card_last_four: null, payment_status: null }
        world.storeFaults.onWrite = () => {
          world.table.write(1n, { item: "Laptop", payment_datetime: null, ...nulls }, insertedAt)
        }
        assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 1 } })
        assert.strictEqual(matchedIn(world), 1)
      })
  )

  it.effect(
    "[G2] two redrives at once are harmless: each dead letter goes through, and one payment stands whole",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(300))
        yield* store(world, ids(300))
        const one = yield* redriving(world, {}, "one")
        const other = yield* redriving(world, {}, "other")
        const tallies = [yield* one.end, yield* other.end]
        assert.strictEqual(
          tallies.reduce((sum, { through }) => sum + (through["payment-matched"] ?? 0), 0),
          300
        )
        assert.strictEqual(matchedIn(world), 300)
        assert.deepStrictEqual(yield* remaining(world), [])
      })
  )
})
