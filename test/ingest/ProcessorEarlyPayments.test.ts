import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { waitOutcomes } from "../../src/telemetry/WaitSeries.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { bytesOf, orderOf, paymentOf } from "../support/Samples.ts"
import {
  attributeOf,
  deadLetterTopic,
  imbalanceOf,
  makeWorld,
  ordersTopic,
  paymentsTopic,
  type World,
  worldBegins
} from "../support/World.ts"

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const elapsedMillis = Effect.map(Clock.currentTimeMillis, (now) => now - worldBegins)

const grace = { paymentGrace: Duration.seconds(10) }

describe("a processor of early payments", () => {
  it.effect("[G5] metrics tell how many waits ended how, and how long the longest has lasted", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start({ paymentGrace: Duration.seconds(60) })
      const read = Effect.map(process.prometheus, (text) => {
        const families = parseExposition(text)
        return {
          longest: valueOf(families, "counterfoil_longest_wait_seconds", {}),
          ended: waitOutcomes.map((outcome) => valueOf(families, "counterfoil_waits_total", { outcome }))
        }
      })
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("20 seconds")
      yield* world.publishPayments(paymentOf(2n), paymentOf(3n))
      yield* pass("10 seconds")
      assert.deepStrictEqual(yield* read, { longest: 30, ended: [0, 0, 0, 0] })
      yield* world.publishOrders(orderOf(1n))
      yield* pass("10 millis")
      assert.deepStrictEqual(yield* read, { longest: 10.01, ended: [1, 0, 0, 0] })
      yield* world.publishOrders(orderOf(3n))
      yield* eventually("the last payment is settled", settled(world, paymentsTopic))
      assert.deepStrictEqual(yield* read, { longest: 0, ended: [2, 0, 1, 0] })
      yield* world.publishPayments(paymentOf(4n))
      yield* pass("1 second")
      yield* process.shutDown
      assert.deepStrictEqual((yield* read).ended, [2, 0, 1, 1])
    })
  )

  it.effect("[G5] an early payment is matched the moment its order is stored", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishPayments(paymentOf(1n))
      // Late enough for rechecks to be seconds apart.
      yield* pass("20 seconds")
      assert.strictEqual((yield* process.totals("payments")).waiting, 1)
      yield* world.publishOrders(orderOf(1n))
      yield* pass("10 millis")
      assert.strictEqual(world.table.fact(1n)?.payment_id, paymentOf(1n).payment_id)
      assert.lengthOf(yield* world.pending(paymentsTopic), 0)
    })
  )

  it.effect("[G5] an early payment whose order another process stores is found on a recheck", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* world.start()
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("1 second")
      const { order_id, ...columns } = orderOf(1n)
      world.table.write(order_id, columns, BigInt(worldBegins) * 1_000n)
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      assert.lengthOf(yield* world.deadLetters, 0)
      assert.isBelow(yield* elapsedMillis, 8_000)
    })
  )

  it.effect(
    "[G5] a payment that never gets an order is a dead letter once the grace is over, and not before",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* world.start(grace)
        yield* world.publishPayments(paymentOf(1n))
        // The watermark is Pub/Sub's time less 3 s: before, an order of the grace may be on its way.
        yield* pass("13 seconds")
        assert.lengthOf(yield* world.deadLetters, 0)
        // The row that says so is written, and read, once a second.
        yield* pass("2500 millis")
        const letters = yield* world.deadLetters
        assert.deepStrictEqual(
          letters.map((letter) => attributeOf(letter, "dlq-reason")),
          ["unmatched-payment"]
        )
        assert.lengthOf(yield* world.pending(paymentsTopic), 0)
      })
  )

  it.effect("[G5] however long the grace is over, a payment waits while an older order is unsettled", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* world.start(grace)
      // The store takes orders of other ids, and holds up the one the payment is for.
      world.storeFaults.encounter = (orderId) => (orderId === 1n ? "timed-out-unwritten" : "answered")
      yield* world.publishOrders(orderOf(1n))
      yield* pass("10 millis")
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("2 minutes")
      assert.lengthOf(yield* world.deadLetters, 0)
      world.storeFaults.encounter = () => "answered"
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      assert.lengthOf(yield* world.deadLetters, 0)
      assert.strictEqual(world.table.fact(1n)?.payment_id, paymentOf(1n).payment_id)
    })
  )

  it.effect(
    "[G5] an order that was received and not handed over yet holds the watermark like any other",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* world.start(grace)
        yield* world.publishPayments(paymentOf(1n))
        world.parked.oldestMicros = worldBegins * 1_000
        yield* pass("1 minute")
        assert.lengthOf(yield* world.deadLetters, 0)
        world.parked.oldestMicros = undefined
        yield* eventually("the payment is settled", settled(world, paymentsTopic))
        assert.lengthOf(yield* world.deadLetters, 1)
      })
  )

  it.effect("[G5] an undecodable order held for the dead-letter topic does not hold up payments", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* world.broker.setTopicMissing(deadLetterTopic, true)
      const process = yield* world.start(grace)
      yield* world.publishRaw(ordersTopic, { data: bytesOf("no JSON"), attributes: {}, orderingKey: "" })
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("30 seconds")
      yield* world.broker.setTopicMissing(deadLetterTopic, false)
      yield* eventually("both are settled", settled(world, paymentsTopic))
      assert.strictEqual((yield* process.totals("payments")).fates["dead-lettered(unmatched-payment)"], 1)
    })
  )

  it.effect(
    "[G5] a trickle of orders, each stored at once, still carries the watermark past a lost payment",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* world.start(grace)
        yield* world.publishPayments(paymentOf(1n))
        for (let id = 2n; id < 16n; id++) {
          yield* pass("1 second")
          yield* world.publishOrders(orderOf(id))
        }
        yield* pass("1 second")
        assert.lengthOf(yield* world.deadLetters, 1)
      })
  )

  it.effect("[G5] with a grace of 0 a payment without an order is a dead letter at once", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* world.start({ paymentGrace: Duration.zero })
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("30 millis")
      assert.lengthOf(yield* world.deadLetters, 1)
    })
  )

  it.effect("[G5] a full waiting room pauses payments and nothing else, and cannot deadlock", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 1 })
      const process = yield* world.start({ waitingRoomMax: 5, maxOutstandingMessages: 10 })
      const ids = Array.from({ length: 40 }, (_, index) => BigInt(index + 1))
      yield* world.publishPayments(...ids.map((id) => paymentOf(id)))
      yield* pass("2 seconds")
      const full = yield* process.totals("payments")
      assert.strictEqual(full.waiting, 5)
      assert.strictEqual((yield* process.health).payments._tag, "Paused")
      assert.strictEqual((yield* process.health).orders._tag, "Healthy")
      // Those at the door are outstanding still: the room's limits and the outstanding ones bound all there is.
      assert.isAtMost(full.received, 15)
      yield* world.publishOrders(...ids.map((id) => orderOf(id)))
      yield* eventually("everything is settled", settled(world, paymentsTopic))
      assert.deepStrictEqual(yield* world.deadLetters, [])
      assert.strictEqual(imbalanceOf(yield* process.totals("payments")), 0)
    })
  )

  it.effect("[G5] payments in the waiting room leave their places to others", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start({ maxOutstandingMessages: 10 })
      yield* world.publishPayments(...Array.from({ length: 40 }, (_, index) => paymentOf(BigInt(index + 1))))
      yield* pass("1 second")
      assert.strictEqual((yield* process.totals("payments")).waiting, 40)
    })
  )

  it.effect("[G6] the waiting room's limit on bytes counts too", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 1 })
      const process = yield* world.start({ waitingRoomBytes: 1_000 })
      const ids = Array.from({ length: 40 }, (_, index) => BigInt(index + 1))
      yield* world.publishPayments(...ids.map((id) => paymentOf(id)))
      yield* pass("2 seconds")
      const { waiting } = yield* process.totals("payments")
      assert.isAbove(waiting, 0)
      assert.isBelow(waiting, 10)
    })
  )

  it.effect("[G5] a backlog of orders read after an outage makes no dead letter of its payments", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 10 })
      const ids = Array.from({ length: 900 }, (_, index) => BigInt(index + 1))
      yield* world.publishOrders(...ids.map((id) => orderOf(id)))
      yield* world.publishPayments(...ids.map((id) => paymentOf(id)))
      // So slow that the last order is stored long after the grace of the first payment.
      world.storeFaults.latency = () => 15_000
      yield* world.start(grace)
      yield* pass("5 minutes")
      yield* eventually("everything is settled", settled(world, paymentsTopic))
      assert.deepStrictEqual(yield* world.deadLetters, [])
    })
  )

  it.effect(
    "[G5] in a backlog a payment waits for an order published a grace after it, as it would have live",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld({ batchSize: 10 })
        const ids = Array.from({ length: 900 }, (_, index) => BigInt(index + 1))
        // For the last orders, but older than the first, and so behind the watermark all the while.
        yield* world.publishPayments(...ids.slice(-60).map((id) => paymentOf(id)))
        for (let first = 0; first < ids.length; first += 10) {
          yield* pass("100 millis")
          yield* world.publishOrders(...ids.slice(first, first + 10).map((id) => orderOf(id)))
        }
        yield* pass("2 hours")
        world.storeFaults.latency = () => 8_000
        yield* world.start(grace)
        yield* eventually("everything is settled", settled(world, paymentsTopic))
        assert.deepStrictEqual(yield* world.deadLetters, [])
      })
  )
})
