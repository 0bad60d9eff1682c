import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import {
  imbalanceOf,
  makeWorld,
  ordersTopic,
  type Process,
  paymentsTopic,
  type World,
  worldBegins
} from "../support/World.ts"

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const fatesOf = (process: Process, stream: "orders" | "payments") =>
  Effect.map(process.totals(stream), ({ fates }) =>
    Object.fromEntries(Object.entries(fates).filter(([, count]) => count > 0))
  )

describe("a processor", () => {
  it.effect("[G7] stores orders, matches payments, and acknowledges both", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      const order = orderOf(1n)
      const payment = paymentOf(1n)
      yield* world.publishOrders(order)
      yield* eventually("the order is settled", settled(world, ordersTopic))
      yield* world.publishPayments(payment)
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      assert.deepStrictEqual(world.table.fact(1n), { ...order, ...payment })
      assert.deepStrictEqual(yield* fatesOf(process, "orders"), { "order-stored": 1 })
      assert.deepStrictEqual(yield* fatesOf(process, "payments"), { "payment-matched": 1 })
      assert.deepStrictEqual(yield* world.deadLetters, [])
    })
  )

  it.effect("[G1] an order is not acknowledged before its write is confirmed", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      world.storeFaults.latency = () => 4_000
      yield* world.start()
      yield* world.publishOrders(orderOf(1n))
      yield* pass("3 seconds")
      assert.lengthOf(yield* world.pending(ordersTopic), 1)
      yield* pass("2 seconds")
      assert.lengthOf(yield* world.pending(ordersTopic), 0)
    })
  )

  for (const encounter of ["timed-out-unwritten", "timed-out-written"] as const) {
    it.effect(`[G1] a write that ${encounter} is no success: it is repeated, then acknowledged`, () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        world.storeFaults.encounter = () => encounter
        const process = yield* world.start()
        yield* world.publishOrders(orderOf(1n))
        yield* pass("20 seconds")
        assert.lengthOf(yield* world.pending(ordersTopic), 1)
        assert.isAbove((yield* process.totals("orders")).retries, 0)
        world.storeFaults.encounter = () => "answered"
        yield* eventually("the order is settled", settled(world, ordersTopic))
        assert.strictEqual(world.table.fact(1n)?.item, "Laptop")
        assert.deepStrictEqual(yield* fatesOf(process, "orders"), { "order-stored": 1 })
      })
    )
  }

  it.effect("[G1] a crash between write and acknowledgement redelivers, and the row stays the same", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const first = yield* world.start({}, "first")
      yield* world.broker.setFaults({ settleRequestsLost: 1 })
      yield* world.publishOrders(orderOf(1n))
      yield* eventually(
        "the order is written",
        Effect.sync(() => world.table.fact(1n) !== undefined)
      )
      yield* first.crash
      const before = world.table.state(1n)
      yield* world.broker.heal
      yield* world.start({}, "second")
      yield* eventually("the order is settled", settled(world, ordersTopic))
      assert.deepStrictEqual(world.table.state(1n), before)
    })
  )

  it.effect("[G1] a dead letter whose publish fails holds its delivery until it is confirmed", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      world.publisherFaults.isAway = true
      const process = yield* world.start({ paymentGrace: Duration.zero })
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("1 minute")
      assert.lengthOf(yield* world.pending(paymentsTopic), 1)
      assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Unavailable")
      world.publisherFaults.isAway = false
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      assert.lengthOf(yield* world.deadLetters, 1)
      yield* pass("2 seconds")
      assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Healthy")
    })
  )

  it.effect("[G7] an acknowledgement the server does not confirm is counted, and the replay too", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.broker.setFaults({ settleRequestsLost: 1 })
      yield* world.publishOrders(orderOf(1n))
      yield* pass("1 second")
      assert.strictEqual((yield* process.totals("orders")).unconfirmed, 1)
      yield* world.broker.heal
      yield* eventually("the order is settled", settled(world, ordersTopic))
      const totals = yield* process.totals("orders")
      assert.strictEqual(totals.received, 2)
      assert.strictEqual(totals.fates["order-stored"], 2)
      assert.strictEqual(imbalanceOf(totals), 0)
    })
  )

  it.effect("[G2] replays and reorders of everything leave the table as one clean run does", () =>
    Effect.gen(function* () {
      const clean = yield* makeWorld({ batchSize: 7 })
      const noisy = yield* makeWorld({ batchSize: 7, seed: 5 })
      yield* noisy.broker.setFaults({ duplicates: 0.5, reorderWithin: 50 })
      for (const world of [clean, noisy]) {
        yield* world.start()
        // Three versions of each order and of each payment, many of them published in one millisecond.
        for (const revision of ["a", "b", "c"]) {
          for (let id = 1n; id <= 20n; id++) {
            yield* world.publishOrders(orderOf(id, { item: revision }))
            yield* world.publishPayments(paymentOf(id, { payment_status: revision }))
          }
        }
        yield* eventually("everything is settled", settled(world, paymentsTopic))
      }
      for (let id = 1n; id <= 20n; id++) {
        assert.deepStrictEqual(noisy.table.fact(id), clean.table.fact(id))
      }
    })
  )

  it.effect("[G5] a guest's order is found by its payment, which was made without a card", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      const order = orderOf(1n, { customer_id: null, shipping_address: null })
      const payment = paymentOf(1n, { card_last_four: null })
      yield* world.publishPayments(payment)
      yield* world.publishOrders(order)
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      assert.deepStrictEqual(world.table.fact(1n), { ...order, ...payment })
      assert.deepStrictEqual(yield* fatesOf(process, "payments"), { "payment-matched": 1 })
    })
  )

  it.effect("[G2] a payment hidden by a foreign writer's nulls is lifted above them", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      const { order_id, ...columns } = orderOf(1n)
      const nulls = {
        payment_id: null,
        payment_method: null,
        card_last_four: null,
        payment_status: null,
        payment_datetime: null
      }
      // The original stores the order with its arrival, an hour after the payment was published.
      world.table.write(order_id, { ...columns, ...nulls }, BigInt(worldBegins + 3_600_000) * 1_000n)
      yield* world.publishPayments(paymentOf(1n))
      yield* eventually("the payment is settled", settled(world, paymentsTopic))
      assert.strictEqual(world.table.fact(1n)?.payment_id, paymentOf(1n).payment_id)
      assert.deepStrictEqual(yield* fatesOf(process, "payments"), { "payment-matched": 1 })
    })
  )

  it.effect(
    "[G2] an older payment that comes again after a newer one is superseded and changes nothing",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start()
        yield* world.publishOrders(orderOf(1n))
        yield* eventually("the order is settled", settled(world, ordersTopic))
        yield* world.broker.setFaults({ settleRequestsLost: 1 })
        yield* world.publishPayments(paymentOf(1n, { payment_status: "older" }))
        yield* eventually(
          "the older payment is written",
          Effect.sync(() => world.table.fact(1n)?.payment_status === "older")
        )
        yield* world.broker.heal
        yield* world.publishPayments(paymentOf(1n, { payment_status: "newer" }))
        yield* eventually("both are settled", settled(world, paymentsTopic))
        assert.strictEqual(world.table.fact(1n)?.payment_status, "newer")
        assert.deepStrictEqual(yield* fatesOf(process, "payments"), {
          "payment-matched": 2,
          "payment-superseded": 1
        })
      })
  )

  it.effect("a defect in a handler fails the run, and nothing is acknowledged", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      world.storeFaults.defect = new Error("a bug")
      const process = yield* world.start()
      yield* world.publishOrders(orderOf(1n))
      yield* pass("1 second")
      const exit = process.running.pollUnsafe()
      assert.strictEqual(exit?._tag, "Failure")
      assert.lengthOf(yield* world.pending(ordersTopic), 1)
    })
  )
})
