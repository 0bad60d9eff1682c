import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { pass } from "../../src/testing/VirtualTime.ts"
import { messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { attributeOf, imbalanceOf, ordersTopic, paymentsTopic } from "../support/World.ts"
import { isProcessReady, makeRefusingWorld } from "./RefusingWorld.ts"

const stuck = 999_999n

/** Orders, payments for them, and payments for orders that never come: of one step of two seconds. */
const trafficOf = (step: number) => {
  const orders = Array.from({ length: 8 }, (_, at) => orderOf(BigInt(1 + step * 8 + at)))
  return {
    orders,
    matching: orders.map(({ order_id }) => paymentOf(order_id)),
    unmatched: Array.from({ length: 4 }, (_, at) => paymentOf(BigInt(500_000 + step * 4 + at)))
  }
}

const stepSeconds = 2
const steps = 300

describe("a processor with one order that cannot be stored", () => {
  it.effect(
    "[G3] [G4] [G5] for ten minutes it holds up its own payments and nothing else, and health names it",
    () =>
      Effect.gen(function* () {
        const { cluster, world } = yield* makeRefusingWorld({ batchSize: 10 })
        cluster.faults.refuse = ({ kind, rows }) =>
          kind === "orders" && rows.some(({ orderId }) => orderId === stuck)
            ? [0x1100, "Operation timed out - received only 0 responses"]
            : undefined
        const process = yield* world.start({
          waitingRoomMax: 200,
          paymentGrace: Duration.seconds(30),
          maxOutstandingMessages: 10_000
        })
        yield* world.publishOrders(orderOf(stuck))
        yield* world.publishPayments(paymentOf(stuck))
        for (let step = 0; step < steps; step++) {
          const { matching, orders, unmatched } = trafficOf(step)
          yield* world.publishOrders(...orders)
          yield* world.publishPayments(...matching, ...unmatched)
          yield* pass(`${stepSeconds} seconds`)
          assert.isTrue(yield* isProcessReady(process), `ready at ${step * stepSeconds} s`)
          const { orders: ofOrders, payments } = yield* process.health
          assert.deepStrictEqual([ofOrders._tag, payments._tag], ["Healthy", "Healthy"])
          assert.isAtMost((yield* world.pending(ordersTopic)).length, 1, `orders at ${step * stepSeconds} s`)
        }
        const { fates } = yield* process.totals("payments")
        assert.strictEqual(fates["payment-matched"], steps * 8)
        const letters = yield* world.deadLetters
        // The grace, the 3 s of the watermark's quiet, and the checks between.
        const settledSteps = steps - Math.ceil(45 / stepSeconds)
        assert.isAtLeast(letters.length, settledSteps * 4)
        for (const letter of letters) {
          const waited =
            Date.parse(attributeOf(letter, "dlq-failed-at")) -
            Date.parse(attributeOf(letter, "dlq-publish-time"))
          assert.isBelow(waited, 45_000)
        }
        assert.deepStrictEqual(
          [...new Set(letters.map((letter) => attributeOf(letter, "dlq-reason")))],
          ["unmatched-payment"]
        )
        const own = Buffer.from(messageOf(paymentOf(stuck)).data).toString()
        assert.isFalse(letters.some(({ data }) => Buffer.from(data).toString() === own))
        const { facts } = yield* process.health
        assert.match(facts._tag === "Degraded" ? facts.reason : facts._tag, /order_id 999999: .*timed out/)
        assert.strictEqual(imbalanceOf(yield* process.totals("payments")), 0)

        cluster.faults.refuse = () => undefined
        const healedAt = yield* Clock.currentTimeMillis
        yield* pass("10 seconds")
        assert.strictEqual(cluster.table.fact(stuck)?.payment_id, paymentOf(stuck).payment_id)
        assert.isAbove(healedAt, 600_000)
        yield* pass("45 seconds")
        assert.lengthOf(yield* world.pending(paymentsTopic), 0)
        assert.strictEqual((yield* process.health).facts._tag, "Healthy")
      })
  )
})
