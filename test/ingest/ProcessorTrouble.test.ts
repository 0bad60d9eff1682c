import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { Payment } from "../../src/domain/Payment.ts"
import { versionOfPayment } from "../../src/domain/Version.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { bytesOf, messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import {
  attributeOf,
  deadLetterTopic,
  imbalanceOf,
  makeWorld,
  ordersTopic,
  paymentsTopic,
  type World
} from "../support/World.ts"

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const raw = (data: Uint8Array) => ({ data, attributes: {}, orderingKey: "" })

const orders = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => orderOf(BigInt(from + index)))

const poison = {
  "no UTF-8": { data: Uint8Array.of(0xff, 0xfe, 0x00), reason: "undecodable" },
  "no JSON": { data: bytesOf("{"), reason: "undecodable" },
  "no object": { data: bytesOf("[1]"), reason: "schema-violation" },
  "a field short": { data: bytesOf('{"order_id":1}'), reason: "schema-violation" },
  "a row over MAX_ROW_BYTES": {
    data: bytesOf(
      JSON.stringify({
        ...orderOf(9_000n, { item: "x".repeat(3_000) }),
        order_id: 9000,
        customer_id: 1,
        quantity: 1
      })
    ),
    reason: "store-rejected"
  }
} as const

describe("a processor in trouble", () => {
  for (const [name, { data, reason }] of Object.entries(poison)) {
    it.effect(`[G3] a message of ${name} becomes one dead letter while its neighbours flow`, () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start({ maxRowBytes: 2_000 })
        // In one batch, where it could do the most harm.
        const neighbours = orders(1, 10).map((order) => messageOf(order))
        yield* world.publishRaw(ordersTopic, ...neighbours.slice(5), raw(data), ...neighbours.slice(0, 5))
        yield* pass("30 millis")
        const letters = yield* world.deadLetters
        assert.deepStrictEqual(
          letters.map((letter) => attributeOf(letter, "dlq-reason")),
          [reason]
        )
        assert.deepStrictEqual(letters[0]?.data, data)
        assert.lengthOf(yield* world.pending(ordersTopic), 0)
        const totals = yield* process.totals("orders")
        assert.strictEqual(totals.fates["order-stored"], 10)
        assert.strictEqual(totals.retries, 0)
      })
    )
  }

  it.effect("[G3] a row the table refuses costs itself alone, of orders as of payments", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishOrders(...orders(1, 4))
      yield* eventually("the orders are settled", settled(world, ordersTopic))
      world.storeFaults.rejects = (orderId) => orderId === 3n
      yield* world.publishOrders(...orders(1, 4))
      yield* world.publishPayments(...orders(1, 4).map(({ order_id }) => paymentOf(order_id)))
      yield* pass("30 millis")
      assert.strictEqual((yield* process.totals("orders")).fates["dead-lettered(store-rejected)"], 1)
      const totals = yield* process.totals("payments")
      assert.strictEqual(totals.fates["dead-lettered(store-rejected)"], 1)
      assert.strictEqual(totals.fates["payment-matched"], 3)
      assert.lengthOf(yield* world.pending(paymentsTopic), 0)
    })
  )

  it.effect("[G3] a payment the table refuses takes no other payment for its order with it", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishOrders(orderOf(1n))
      yield* eventually("the order is settled", settled(world, ordersTopic))
      const [good, later] = [1n, 2n]
        .map((payment_id) => paymentOf(1n, { payment_id }))
        .sort((one, other) => Number(versionOfPayment(one, 0) - versionOfPayment(other, 0))) as [
        Payment,
        Payment
      ]
      world.storeFaults.rejects = (_, write) =>
        "payment" in write && write.payment.payment_id === later.payment_id
      yield* world.publishPayments(good, later)
      yield* eventually("both are settled", settled(world, paymentsTopic))
      const { fates } = yield* process.totals("payments")
      assert.deepInclude(fates, { "dead-lettered(store-rejected)": 1, "payment-matched": 1 })
      assert.strictEqual(world.table.fact(1n)?.payment_id, good.payment_id)
    })
  )

  it.effect("[G3] a slow dead-letter topic delays no neighbour's acknowledgement", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      world.publisherFaults.latency = () => 4_000
      yield* world.start()
      const neighbours = orders(1, 5).map((order) => messageOf(order))
      yield* world.publishRaw(ordersTopic, raw(bytesOf("no JSON")), ...neighbours)
      yield* pass("30 millis")
      assert.lengthOf(yield* world.pending(ordersTopic), 1)
      yield* pass("4 seconds")
      assert.lengthOf(yield* world.pending(ordersTopic), 0)
    })
  )

  it.effect("[G4] an outage pauses intake at MAX_RETRYING, makes no dead letter, and heals by itself", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 10 })
      const process = yield* world.start({ maxRetrying: 50, maxOutstandingMessages: 10_000 })
      world.storeFaults.isAway = true
      yield* world.publishOrders(...orders(1, 2_000))
      yield* pass("30 seconds")
      const away = yield* process.totals("orders")
      assert.strictEqual(away.retrying, 50)
      // Sixteen batches of ten stand before the full backoff; nothing more is taken in.
      assert.strictEqual(away.received, 50 + 160)
      const states = yield* process.health
      assert.strictEqual(states.facts._tag, "Unavailable")
      assert.strictEqual(states.orders._tag, "Paused")
      yield* pass("5 minutes")
      assert.deepStrictEqual(yield* world.deadLetters, [])
      assert.lengthOf(yield* world.pending(ordersTopic), 2_000)
      world.storeFaults.isAway = false
      yield* eventually("everything is settled", settled(world, ordersTopic))
      yield* pass("5 seconds")
      const healed = yield* process.health
      assert.strictEqual(healed.facts._tag, "Healthy")
      assert.strictEqual(healed.orders._tag, "Healthy")
      assert.strictEqual(imbalanceOf(yield* process.totals("orders")), 0)
      assert.strictEqual((yield* process.totals("orders")).fates["order-stored"], 2_000)
    })
  )

  it.effect("[G4] a retrying write gives its slot back: others are stored meanwhile", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 1 })
      yield* world.start()
      world.storeFaults.encounter = (orderId) => (orderId <= 100n ? "timed-out-unwritten" : "answered")
      yield* world.publishOrders(...orders(1, 200))
      yield* pass("1 second")
      assert.lengthOf(yield* world.pending(ordersTopic), 100)
    })
  )

  it.effect(
    "[G4] what cannot be stored for minutes holds up nothing that shares its batch, of orders as of payments",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld({ batchSize: 100 })
        yield* world.start()
        world.storeFaults.isShared = true
        world.storeFaults.encounter = (orderId) => (orderId === 37n ? "timed-out-unwritten" : "answered")
        yield* world.publishOrders(...orders(1, 100))
        yield* pass("30 seconds")
        assert.lengthOf(yield* world.pending(ordersTopic), 1)
        world.storeFaults.encounter = () => "answered"
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        world.storeFaults.encounter = (orderId) =>
          orderId % 50n === 37n ? "timed-out-unwritten" : "answered"
        yield* world.publishPayments(...orders(1, 100).map(({ order_id }) => paymentOf(order_id)))
        yield* pass("30 seconds")
        assert.lengthOf(yield* world.pending(paymentsTopic), 2)
        assert.deepStrictEqual(yield* world.deadLetters, [])
      })
  )

  it.effect(
    "[G4] while the dead-letter topic is missing nothing is lost, and once it is there all is published",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* world.broker.setTopicMissing(deadLetterTopic, true)
        const process = yield* world.start({ paymentGrace: Duration.zero })
        yield* world.publishPayments(...orders(1, 20).map(({ order_id }) => paymentOf(order_id)))
        yield* pass("10 minutes")
        assert.lengthOf(yield* world.pending(paymentsTopic), 20)
        assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Unavailable")
        yield* world.broker.setTopicMissing(deadLetterTopic, false)
        yield* eventually("everything is settled", settled(world, paymentsTopic))
        assert.lengthOf(yield* world.deadLetters, 20)
        yield* pass("2 seconds")
        assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Healthy")
        assert.strictEqual(imbalanceOf(yield* process.totals("payments")), 0)
      })
  )

  it.effect("[G4] what could not be settled for an hour is given up, counted, and comes again", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      world.storeFaults.isAway = true
      yield* world.publishOrders(orderOf(1n))
      yield* pass("61 minutes")
      const totals = yield* process.totals("orders")
      assert.strictEqual(totals.released, 1)
      assert.strictEqual(totals.received, 2)
      const families = parseExposition(yield* process.prometheus)
      assert.strictEqual(valueOf(families, "counterfoil_leases_lost_total", { stream: "orders" }), 1)
      assert.strictEqual(imbalanceOf(totals), 0)
      world.storeFaults.isAway = false
      yield* eventually("the order is settled", settled(world, ordersTopic))
    })
  )
})
