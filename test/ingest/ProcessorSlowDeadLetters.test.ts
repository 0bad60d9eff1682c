/** What a slow dead-letter topic or a full waiting room must not hold up. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { bytesOf, messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { imbalanceOf, makeWorld, ordersTopic, paymentsTopic } from "../support/World.ts"

const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => BigInt(from + index))

const orders = (from: number, count: number) => ids(from, count).map((id) => orderOf(id))
const payments = (from: number, count: number) => ids(from, count).map((id) => paymentOf(id))

describe("a processor whose dead-letter topic is slow, or whose waiting room is full", () => {
  it.effect(
    "[G3] [G5] with 4,000 overdue payments and 5 s a publish, a payment is matched within 1 s of its order",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start({
          paymentGrace: Duration.seconds(10),
          waitingRoomMax: 20_000,
          maxOutstandingMessages: 10_000
        })
        world.publisherFaults.latency = () => 5_000
        yield* world.publishPayments(...payments(1, 4_000))
        yield* pass("5 seconds")
        yield* world.publishPayments(...payments(100_001, 4))
        // The grace of the 4,000 is over, that of the others is not.
        yield* pass("5500 millis")
        assert.lengthOf(yield* world.deadLetters, 0)
        for (const id of ids(100_001, 4)) {
          yield* world.publishOrders(orderOf(id))
          yield* pass("1 second")
          assert.strictEqual(world.table.fact(id)?.payment_id, paymentOf(id).payment_id)
        }
        yield* pass("1 minute")
        assert.lengthOf(yield* world.deadLetters, 4_000)
        assert.strictEqual(imbalanceOf(yield* process.totals("payments")), 0)
      })
  )

  it.effect("[G4] what timed out once beside a full waiting room is tried again within its backoff", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const process = yield* world.start({ waitingRoomMax: 5 })
      yield* world.publishOrders(...orders(1, 50))
      yield* eventually(
        "the orders are stored",
        Effect.map(world.pending(ordersTopic), ({ length }) => length === 0)
      )
      const timedOut = new Set<bigint>()
      world.storeFaults.encounter = (orderId) => {
        if (timedOut.has(orderId)) return "answered"
        timedOut.add(orderId)
        return "timed-out-unwritten"
      }
      // In one batch: 50 that are to be tried again, and 50 of which 5 find room.
      yield* world.publishPayments(...payments(1, 50), ...payments(1_001, 50))
      yield* pass("50 millis")
      assert.strictEqual((yield* process.totals("payments")).retries, 50)
      yield* pass("200 millis")
      assert.strictEqual((yield* process.totals("payments")).fates["payment-matched"], 50)
      assert.strictEqual((yield* process.totals("payments")).waiting, 5)
    })
  )

  it.effect(
    "[G4] nor does a retry that finds the waiting room full hold up what is tried again with it",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start({ waitingRoomMax: 5 })
        yield* world.publishOrders(...orders(1, 50))
        yield* eventually(
          "the orders are stored",
          Effect.map(world.pending(ordersTopic), ({ length }) => length === 0)
        )
        yield* world.publishPayments(...payments(2_001, 5))
        yield* pass("100 millis")
        world.storeFaults.isAway = true
        yield* world.publishPayments(...payments(1, 50), ...payments(1_001, 50))
        yield* pass("50 millis")
        world.storeFaults.isAway = false
        const timedOut = new Set<bigint>()
        world.storeFaults.encounter = (orderId) => {
          if (timedOut.has(orderId)) return "answered"
          timedOut.add(orderId)
          return "timed-out-unwritten"
        }
        yield* pass("700 millis")
        assert.strictEqual((yield* process.totals("payments")).fates["payment-matched"], 50)
        assert.strictEqual((yield* process.totals("payments")).waiting, 5)
      })
  )

  it.effect("[G3] a batch whose dead letters publish slowly frees its slot", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 2 })
      const process = yield* world.start()
      world.publisherFaults.latency = () => 5_000
      // A poisoned message in each batch, and far more batches than there are slots.
      const noJson = { data: bytesOf("no JSON"), attributes: {}, orderingKey: "" }
      yield* world.publishRaw(ordersTopic, ...orders(1, 100).flatMap((order) => [noJson, messageOf(order)]))
      yield* pass("100 millis")
      assert.strictEqual((yield* process.totals("orders")).fates["order-stored"], 100)
      assert.lengthOf(yield* world.deadLetters, 0)
      yield* pass("6 seconds")
      assert.lengthOf(yield* world.deadLetters, 100)
      assert.lengthOf(yield* world.pending(paymentsTopic), 0)
    })
  )

  it.effect("[G5] a rejected order holds up no payment once its dead letter is published", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* world.start({ paymentGrace: Duration.seconds(10) })
      world.storeFaults.rejects = (orderId) => orderId === 1n
      yield* world.publishOrders(orderOf(1n))
      yield* pass("1 second")
      yield* world.publishPayments(paymentOf(2n))
      yield* pass("16 seconds")
      assert.lengthOf(yield* world.deadLetters, 2)
    })
  )

  it.effect(
    "[G8] a stop while dead letters stand in line and payments before a full room ends within its time",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start({
          waitingRoomMax: 5,
          maxOutstandingMessages: 10_000,
          shutdownTimeout: Duration.seconds(5)
        })
        world.publisherFaults.latency = () => 3_600_000
        const noJson = { data: bytesOf("no JSON"), attributes: {}, orderingKey: "" }
        yield* world.publishRaw(ordersTopic, ...Array.from({ length: 3_000 }, () => noJson))
        yield* world.publishPayments(...payments(1, 500))
        yield* pass("2 seconds")
        const received = (yield* process.totals("orders")).received
        const stopping = yield* Effect.forkChild(Fiber.interrupt(process.running))
        yield* pass("5100 millis")
        assert.isDefined(stopping.pollUnsafe())
        yield* process.shutDown
        for (const [stream, topic, count] of [
          ["orders", ordersTopic, 3_000],
          ["payments", paymentsTopic, 500]
        ] as const) {
          const totals = yield* process.totals(stream)
          assert.strictEqual(totals.inFlight + totals.retrying + totals.waiting, 0)
          assert.strictEqual(totals.released, stream === "orders" ? received : count)
          assert.strictEqual(imbalanceOf(totals), 0)
          assert.strictEqual((yield* world.broker.backlog(`${topic}-sub`)).ready, count)
        }
      })
  )
})
