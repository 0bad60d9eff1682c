import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { versionOfPayment } from "../../src/domain/Version.ts"
import { everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import {
  giveUp,
  ids,
  letterOf,
  matchedIn,
  publishLetters,
  redriven,
  redriving,
  remaining,
  store,
  surveyed,
  worldSources
} from "../support/Redriving.ts"
import { messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld, paymentsTopic } from "../support/World.ts"

describe("Redrive", () => {
  it.effect("[G1] [G2] what can go through now goes through once, and the rest stays where it is", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(60))
      yield* store(world, ids(40))
      const tally = yield* redriven(world)
      assert.deepInclude(tally, {
        tried: 60,
        through: { "payment-matched": 40 },
        stays: { "unmatched-payment": 20 },
        unknown: 0,
        endedBy: "end"
      })
      assert.strictEqual(matchedIn(world), 40)
      assert.strictEqual((yield* remaining(world)).length, 20)
      // Nothing was published: not there, and not where others listen.
      assert.strictEqual((yield* world.deadLetters).length, 60)
      assert.strictEqual((yield* world.broker.publishedTo(paymentsTopic)).length, 60)
      assert.deepInclude(yield* redriven(world), { tried: 20, through: {} })
    })
  )

  it.effect(
    "[G4] a table that does not answer leaves everything there, and ends the redrive after 10 s",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(5))
        world.storeFaults.isAway = true
        const { storeError, ...tally } = yield* redriven(world)
        assert.deepInclude(tally, { through: {}, stays: {}, unknown: 5, endedBy: "store" })
        assert.include(storeError, "away")
        assert.strictEqual((yield* remaining(world)).length, 5)
        const { groups, storeError: listed } = yield* surveyed(world)
        assert.deepStrictEqual([...(groups[0]?.verdicts ?? [])], [["unknown", 5]])
        assert.include(listed ?? "", "away")
        world.storeFaults.isAway = false
        yield* store(world, ids(5))
        assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 5 } })
      })
  )

  it.effect(
    "[G1] a table that is away for a while is asked again, and nothing is acknowledged meanwhile",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(5))
        yield* store(world, ids(5))
        world.storeFaults.isAway = true
        const redrive = yield* redriving(world)
        yield* pass("4 seconds")
        assert.strictEqual((yield* remaining(world)).length, 5)
        world.storeFaults.isAway = false
        assert.deepInclude(yield* redrive.end, { through: { "payment-matched": 5 }, unknown: 0 })
      })
  )

  it.effect("[G1] a write whose answer is lost is not acknowledged, and is found to be done", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(5))
      yield* store(world, ids(5))
      world.storeFaults.encounter = () => "timed-out-unwritten"
      const tally = yield* redriven(world)
      assert.deepInclude(tally, { through: {}, unknown: 5 })
      assert.strictEqual((yield* remaining(world)).length, 5)
      world.storeFaults.encounter = () => "answered"
      assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 5 } })
    })
  )

  it.effect("others' dead letters: the original's, Pub/Sub's own, and another deployment's", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, ids(4))
      const [, project, , subscription] = worldSources.payments.split("/")
      yield* publishLetters(
        world,
        messageOf(paymentOf(1n)),
        messageOf(paymentOf(2n), {
          CloudPubSubDeadLetterSourceSubscription: subscription ?? "",
          CloudPubSubDeadLetterSourceSubscriptionProject: project ?? "",
          CloudPubSubDeadLetterSourceTopicPublishTime: rfc3339(1_690_000_000_000_000)
        }),
        letterOf(3n, { "dlq-subscription": "projects/other/subscriptions/payment_data-sub" }),
        letterOf(5n, { "dlq-subscription": worldSources.orders }, orderOf(5n) as never)
      )
      const tally = yield* redriven(world)
      assert.deepInclude(tally, {
        tried: 3,
        foreign: 1,
        through: { "payment-matched": 2, "order-stored": 1 },
        stays: {}
      })
      assert.strictEqual(
        world.table.state(2n)?.payment?.version,
        versionOfPayment(paymentOf(2n), 1_690_000_000_000_000)
      )
      assert.strictEqual((yield* remaining(world)).length, 1)
      assert.deepInclude(yield* redriven(world, { includesForeign: true }), {
        foreign: 0,
        through: { "payment-matched": 1 }
      })
    })
  )

  it.effect(
    "[G8] an interruption ends it at a message boundary: the tally adds up, and the rest is there",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(100))
        yield* store(world, ids(100))
        const redrive = yield* redriving(world, { pace: { rate: 10 } })
        yield* pass("3 seconds")
        yield* redrive.interrupt
        const tally = redrive.tally()
        const through = tally.through["payment-matched"] ?? 0
        assert.isAbove(through, 20)
        assert.isBelow(through, 40)
        assert.deepInclude(tally, { tried: through, notTried: 100 - through, endedBy: "stopped" })
        assert.strictEqual(matchedIn(world), through)
        assert.strictEqual((yield* remaining(world)).length, 100 - through)
        assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 100 - through } })
      })
  )

  it.effect("[G7] every dead letter that was tried is accounted for, and none is left open", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(10))
      yield* store(world, ids(4))
      const redrive = yield* redriving(world)
      yield* redrive.end
      const { fates, ...totals } = redrive.ledger.totals()
      assert.deepInclude(totals, { received: 10, released: 6, inFlight: 0, retrying: 0, waiting: 0 })
      assert.strictEqual(fates["payment-matched"], 4)
      assert.isUndefined(redrive.ledger.oldestMicros())
    })
  )

  it.effect("[G8] an interruption does not wait for a table that does not answer", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(5))
      world.storeFaults.isAway = true
      const redrive = yield* redriving(world)
      yield* pass("2 seconds")
      const interruptedAt = yield* Clock.currentTimeMillis
      yield* redrive.interrupt
      assert.isBelow((yield* Clock.currentTimeMillis) - interruptedAt, 1_000)
      assert.deepInclude(redrive.tally(), { unknown: 5, endedBy: "stopped" })
      assert.strictEqual((yield* remaining(world)).length, 5)
    })
  )

  it.effect("[G8] an interruption is heard also where the table is slower than the rate", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(200))
      yield* store(world, ids(200))
      world.storeFaults.latency = () => 1_000
      const redrive = yield* redriving(world, { pace: { rate: 100 } })
      yield* pass("7 seconds")
      const interruptedAt = yield* Clock.currentTimeMillis
      yield* redrive.interrupt
      // One batch is read, written and read back.
      assert.isAtMost((yield* Clock.currentTimeMillis) - interruptedAt, 3_000)
      assert.strictEqual(redrive.tally().tried, 30)
    })
  )

  it.effect("only what the filter means is tried; the rest stays, and is counted", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(10))
      yield* store(world, ids(10))
      const filter = { ...everyDeadLetter, orderId: "4" }
      assert.deepInclude(yield* redriven(world, { filter }), { tried: 1, notMeant: 9 })
      assert.strictEqual((yield* remaining(world)).length, 9)
      assert.strictEqual(matchedIn(world), 1)
      assert.isDefined(world.table.state(4n)?.payment)
    })
  )

  it.effect("ids at the ends of int64 go through as they are", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const great = [2n ** 53n + 1n, 2n ** 63n - 1n]
      yield* publishLetters(world, ...great.map((id) => letterOf(id, {}, paymentOf(id, { payment_id: id }))))
      yield* store(world, great)
      assert.deepInclude(yield* redriven(world), { through: { "payment-matched": 2 } })
      for (const id of great) assert.strictEqual(world.table.fact(id)?.payment_id, id)
    })
  )
})
