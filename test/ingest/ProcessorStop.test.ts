import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { imbalanceOf, makeWorld, ordersTopic, paymentsTopic, worldBegins } from "../support/World.ts"

const orders = (count: number) => Array.from({ length: count }, (_, index) => orderOf(BigInt(index + 1)))
const payments = (count: number) => orders(count).map(({ order_id }) => paymentOf(order_id))

describe("a processor that is stopped", () => {
  it.effect("[G8] finishes what is in flight, and takes in nothing more", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      world.storeFaults.latency = () => 3_000
      yield* world.publishOrders(...orders(10))
      yield* pass("1 second")
      const stopping = yield* Effect.forkChild(Fiber.interrupt(process.running))
      yield* pass("10 millis")
      yield* world.publishOrders(orderOf(11n))
      yield* pass("3 seconds")
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(
        (yield* world.pending(ordersTopic)).map(({ messageId }) => messageId),
        ["11"]
      )
      const totals = yield* process.totals("orders")
      assert.strictEqual(totals.fates["order-stored"], 10)
      assert.strictEqual(totals.released, 0)
    })
  )

  it.effect("[G8] releases what is in backoff and what waits at once", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishPayments(...payments(10))
      yield* pass("10 seconds")
      world.storeFaults.encounter = () => "timed-out-unwritten"
      yield* world.publishOrders(
        ...orders(5).map((order) => ({ ...order, order_id: orderOf(100n).order_id }))
      )
      yield* pass("10 seconds")
      assert.strictEqual((yield* process.totals("payments")).waiting, 10)
      assert.strictEqual((yield* process.totals("orders")).retrying, 5)
      yield* process.processor.stop
      yield* pass("1 millis")
      assert.strictEqual(process.running.pollUnsafe()?._tag, "Success")
      for (const [stream, topic, count] of [
        ["orders", ordersTopic, 5],
        ["payments", paymentsTopic, 10]
      ] as const) {
        const totals = yield* process.totals(stream)
        assert.strictEqual(totals.released, count)
        assert.strictEqual(imbalanceOf(totals), 0)
        const backlog = yield* world.broker.backlog(`${topic}-sub`)
        assert.strictEqual(backlog.ready, count)
      }
    })
  )

  it.effect("[G8] releases what waits at once, though a lookup of others still has to end", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishPayments(...payments(500))
      yield* eventually(
        "they wait",
        Effect.map(process.totals("payments"), ({ waiting }) => waiting === 500)
      )
      world.storeFaults.latency = () => 8_000
      // All are due, and the first are being looked up.
      yield* pass("1 second")
      yield* process.processor.stop
      yield* pass("10 millis")
      const released = (yield* world.broker.backlog(`${paymentsTopic}-sub`)).ready
      assert.isAtLeast(released, 100)
      yield* pass("8 seconds")
      assert.strictEqual(process.running.pollUnsafe()?._tag, "Success")
      const totals = yield* process.totals("payments")
      assert.strictEqual(totals.released, 500)
      assert.strictEqual(imbalanceOf(totals), 0)
    })
  )

  it.effect("[G8] after SHUTDOWN_TIMEOUT it ends all the same, and the rest is released and counted", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start({ shutdownTimeout: Duration.seconds(5) })
      yield* world.publishPayments(...payments(3))
      yield* pass("1 second")
      world.storeFaults.latency = () => 3_600_000
      yield* world.publishOrders(...orders(10))
      yield* pass("10 seconds")
      const stopping = yield* Effect.forkChild(Fiber.interrupt(process.running))
      yield* pass("4900 millis")
      assert.isUndefined(process.running.pollUnsafe())
      yield* pass("200 millis")
      assert.isDefined(process.running.pollUnsafe())
      yield* Fiber.join(stopping)
      for (const stream of ["orders", "payments"] as const) {
        const totals = yield* process.totals(stream)
        assert.strictEqual(totals.inFlight + totals.retrying + totals.waiting, 0)
        assert.strictEqual(imbalanceOf(totals), 0)
      }
      yield* process.shutDown
      assert.strictEqual((yield* world.broker.backlog(`${ordersTopic}-sub`)).ready, 10)
      assert.strictEqual((yield* world.broker.backlog(`${paymentsTopic}-sub`)).ready, 3)
    })
  )

  it.effect("[G8] is Stopping meanwhile, which is no trouble", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      world.storeFaults.latency = () => 5_000
      yield* world.publishOrders(...orders(1))
      yield* pass("1 second")
      yield* process.processor.stop
      yield* pass("1 second")
      const { orders: ordersHealth, payments: paymentsHealth } = yield* process.health
      assert.strictEqual(ordersHealth._tag, "Stopping")
      assert.strictEqual(paymentsHealth._tag, "Stopping")
    })
  )

  it.effect("stopped at the very moment a payment would begin to wait, it releases that payment", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      world.storeFaults.latency = () => 1_000
      yield* world.publishPayments(...payments(1))
      yield* pass("500 millis")
      yield* process.processor.stop
      yield* pass("600 millis")
      assert.strictEqual(process.running.pollUnsafe()?._tag, "Success")
      const totals = yield* process.totals("payments")
      assert.strictEqual(totals.released, 1)
      assert.strictEqual(imbalanceOf(totals), 0)
    })
  )

  it.effect("a drain ends when everything that waited has its fate", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishOrders(...orders(5))
      yield* world.publishPayments(...payments(7))
      const drained = yield* Effect.forkChild(process.processor.drained)
      yield* pass("28 seconds")
      assert.isUndefined(drained.pollUnsafe())
      yield* eventually(
        "it is drained",
        Effect.sync(() => drained.pollUnsafe() !== undefined)
      )
      assert.lengthOf(yield* world.pending(paymentsTopic), 0)
      assert.lengthOf(yield* world.deadLetters, 2)
      assert.isBelow((yield* Clock.currentTimeMillis) - worldBegins, 35_000)
    })
  )
})
