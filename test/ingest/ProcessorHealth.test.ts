import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld, ordersTopic, paymentsTopic, type World } from "../support/World.ts"

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const orders = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => orderOf(BigInt(from + index)))

describe("the health of a processor", () => {
  it.effect("[G4] 20 rows of 1,000 that cannot be stored change neither readiness nor intake", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 50 })
      const process = yield* world.start({ maxOutstandingMessages: 10_000, maxRetrying: 2_000 })
      world.storeFaults.isShared = true
      world.storeFaults.encounter = (orderId) => (orderId % 50n === 7n ? "timed-out-unwritten" : "answered")
      yield* world.publishOrders(...orders(1, 1_000))
      yield* pass("1 second")
      for (let second = 0; second < 60; second++) {
        yield* pass("1 second")
        const { facts, orders: ofOrders } = yield* process.health
        assert.include(["Healthy", "Degraded"], facts._tag)
        assert.strictEqual(ofOrders._tag, "Healthy")
      }
      assert.strictEqual((yield* process.health).facts._tag, "Degraded")
      assert.lengthOf(yield* world.pending(ordersTopic), 20)
      world.storeFaults.encounter = () => "answered"
      yield* eventually("the orders are settled", settled(world, ordersTopic))
      yield* pass("2 seconds")
      assert.strictEqual((yield* process.health).facts._tag, "Healthy")
    })
  )

  it.effect("[G4] a table that refuses writes and answers pings is unavailable, and no message is lost", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 10 })
      const process = yield* world.start()
      world.storeFaults.encounter = () => "timed-out-unwritten"
      yield* world.publishOrders(...orders(1, 30))
      yield* pass("5 seconds")
      assert.strictEqual((yield* process.health).facts._tag, "Unavailable")
      world.storeFaults.encounter = () => "answered"
      yield* eventually("the orders are settled", settled(world, ordersTopic))
      yield* pass("3 seconds")
      assert.strictEqual((yield* process.health).facts._tag, "Healthy")
    })
  )

  it.effect("[G4] look-ups that are answered hide no table that takes no writes, and nothing flaps", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 10 })
      const process = yield* world.start({ paymentGrace: Duration.minutes(10) })
      world.storeFaults.encounter = () => "timed-out-unwritten"
      // Looked up again and again, since their orders are not there; each look-up is answered.
      yield* world.publishPayments(...orders(1, 100).map(({ order_id }) => paymentOf(order_id)))
      yield* world.publishOrders(...orders(1, 100))
      yield* pass("4 seconds")
      for (let second = 0; second < 60; second++) {
        assert.strictEqual((yield* process.health).facts._tag, "Unavailable")
        yield* pass("1 second")
      }
      world.storeFaults.encounter = () => "answered"
      yield* eventually("the payments are settled", settled(world, paymentsTopic))
      yield* pass("3 seconds")
      assert.strictEqual((yield* process.health).facts._tag, "Healthy")
    })
  )

  it.effect("[G4] a dead letter that failed, and whose payment was matched, leaves the topic healthy", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      world.publisherFaults.isAway = true
      const process = yield* world.start({ paymentGrace: Duration.seconds(1) })
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("1 minute")
      assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Unavailable")
      yield* world.publishOrders(orderOf(1n))
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      yield* pass("30 seconds")
      assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Healthy")
    })
  )

  it.effect("[G4] an idle processor says that its table is unavailable, and that it is back", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      world.storeFaults.isAway = true
      const process = yield* world.start()
      yield* pass("4 seconds")
      assert.strictEqual((yield* process.health).facts._tag, "Unavailable")
      for (const [isAway, expected] of [
        [false, "Healthy"],
        [true, "Unavailable"],
        [false, "Healthy"]
      ] as const) {
        world.storeFaults.isAway = isAway
        yield* pass("9 seconds")
        assert.strictEqual((yield* process.health).facts._tag, expected)
      }
    })
  )

  it.effect("[G4] a table that answers reads again is Healthy, though nothing was written", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      world.storeFaults.isAway = true
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("4 seconds")
      assert.strictEqual((yield* process.health).facts._tag, "Unavailable")
      world.storeFaults.isAway = false
      yield* pass("10 seconds")
      assert.strictEqual((yield* process.totals("payments")).waiting, 1)
      assert.strictEqual((yield* process.health).facts._tag, "Healthy")
    })
  )

  it.effect("[G4] a start is no trouble: a source is Starting until it is read, then Healthy", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      assert.strictEqual((yield* process.health).orders._tag, "Starting")
      yield* pass("200 millis")
      assert.strictEqual((yield* process.health).orders._tag, "Healthy")
      yield* world.broker.makeUnavailable("10 seconds")
      yield* pass("2 seconds")
      assert.strictEqual((yield* process.health).orders._tag, "Healthy")
      yield* pass("2 seconds")
      assert.strictEqual((yield* process.health).orders._tag, "Unavailable")
      yield* pass("10 seconds")
      assert.strictEqual((yield* process.health).orders._tag, "Healthy")
    })
  )
})
