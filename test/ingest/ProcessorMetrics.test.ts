import { assert, describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld, ordersTopic, type Process, paymentsTopic, type World } from "../support/World.ts"

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const shown = (process: Process, name: string, labels: Readonly<Record<string, string>> = {}) =>
  Effect.map(process.prometheus, (text) => valueOf(parseExposition(text), name, labels))

describe("the metrics of a processor", () => {
  it.effect(
    "every delivery's latency is its own: one that is retried does not hide among its neighbours",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld({ batchSize: 10 })
        const process = yield* world.start()
        const stream = "orders"
        const bucket = (le: string) => shown(process, "counterfoil_durable_seconds_bucket", { stream, le })
        world.storeFaults.encounter = (orderId) => (orderId === 3n ? "timed-out-unwritten" : "answered")
        yield* world.publishOrders(...Array.from({ length: 20 }, (_, index) => orderOf(BigInt(index + 1))))
        yield* pass("20 seconds")
        assert.strictEqual(yield* bucket("0.05"), 19)
        world.storeFaults.encounter = () => "answered"
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        assert.deepStrictEqual(
          [yield* bucket("10"), yield* bucket("30"), yield* bucket("+Inf")],
          [19, 20, 20]
        )
      })
  )

  it.effect("time in the waiting room counts as such, and in no latency", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start()
      yield* world.publishPayments(paymentOf(1n), paymentOf(2n))
      yield* pass("20 seconds")
      yield* world.publishOrders(orderOf(1n))
      yield* pass("1 second")
      assert.strictEqual(yield* shown(process, "counterfoil_wait_seconds_count"), 1)
      expect(yield* shown(process, "counterfoil_wait_seconds_sum")).toBeCloseTo(20, 0)
      yield* eventually("the payments are settled", settled(world, paymentsTopic))
      assert.strictEqual(yield* shown(process, "counterfoil_wait_seconds_count"), 2)
      assert.strictEqual(
        yield* shown(process, "counterfoil_durable_seconds_count", { stream: "payments" }),
        0
      )
    })
  )

  it.effect("dead letters whose publish is not confirmed are counted", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start({ paymentGrace: Duration.zero })
      world.publisherFaults.isAway = true
      yield* world.publishPayments(paymentOf(1n), paymentOf(2n))
      yield* pass("30 millis")
      const failures = shown(process, "counterfoil_dead_letter_publish_failures_total", {
        stream: "payments"
      })
      assert.strictEqual(yield* failures, 2)
    })
  )

  it.effect(
    "[G5] an order that cannot be stored shows in its age; it is told by id, and holds the watermark up no more",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start()
        const ages = Effect.all([
          shown(process, "counterfoil_oldest_unsettled_age_seconds", { stream: "orders" }),
          shown(process, "counterfoil_orders_watermark_lag_seconds")
        ])
        world.storeFaults.encounter = (orderId) => (orderId === 1n ? "timed-out-unwritten" : "answered")
        yield* world.publishOrders(orderOf(1n), orderOf(2n))
        yield* pass("60 seconds")
        const [age, lag] = yield* ages
        expect(age).toBeCloseTo(60, 0)
        assert.strictEqual(lag, 0)
        world.storeFaults.encounter = () => "answered"
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        yield* pass("10 seconds")
        assert.deepStrictEqual(yield* ages, [0, 0])
      })
  )

  it.effect("[G4] a limit that stops the intake is named", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 1 })
      const process = yield* world.start({ waitingRoomMax: 2, maxOutstandingMessages: 10 })
      yield* world.publishPayments(...[1n, 2n, 3n, 4n].map((id) => paymentOf(id)))
      yield* pass("2 seconds")
      const paused = (stream: string, reason: string) =>
        shown(process, "counterfoil_intake_paused", { stream, reason })
      assert.strictEqual(yield* paused("payments", "waiting-room-full"), 1)
      assert.strictEqual(yield* paused("payments", "max-retrying"), 0)
      assert.strictEqual(yield* paused("orders", "max-retrying"), 0)
    })
  )
})
