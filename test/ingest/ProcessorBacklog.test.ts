import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import {
  attributeOf,
  imbalanceOf,
  makeWorld,
  ordersTopic,
  paymentsTopic,
  type World
} from "../support/World.ts"

const waves = 40
const ordersInWave = 100
const orders = waves * ordersInWave

/** As they are by default, so far as a backlog meets them. */
const defaults: Partial<ProcessingSettings> = {
  maxOutstandingMessages: 10_000,
  paymentGrace: Duration.seconds(30),
  waitingRoomMax: 20_000,
  maxRetrying: 2_000
}

/** Added to the ids of payments whose order never comes: one a wave. */
const neverOrdered = 1_000_000n

/**
 * A world in which nobody has read for two hours what was published in the hour before, orders beside their payments;
 * its table takes so long for orders that the last is stored when the grace of the first payment is long over.
 */
const backlog = Effect.gen(function* () {
  const world = yield* makeWorld({ batchSize: 100 })
  for (let wave = 0; wave < waves; wave++) {
    const ids = Array.from({ length: ordersInWave }, (_, index) => BigInt(wave * ordersInWave + index + 1))
    yield* world.publishPayments(...ids.map((id) => paymentOf(id)), paymentOf(neverOrdered + BigInt(wave)))
    yield* world.publishOrders(...ids.map((id) => orderOf(id)))
    yield* pass("1 minute")
  }
  yield* pass("2 hours")
  world.storeFaults.latency = (operation) => (operation === "store orders" ? 30_000 : 5)
  return world
})

/** Suspends until the middle of the drain: all payments were read, and of the orders some are stored, and some not. */
const middle = Effect.fnUntraced(function* (
  world: World,
  process: Effect.Success<ReturnType<World["start"]>>
) {
  yield* pass("45 seconds")
  assert.strictEqual((yield* process.totals("payments")).received, orders + waves)
  assert.isAbove(world.table.rows.size, orders / 10)
  assert.isBelow(world.table.rows.size, orders)
})

const isSettled = (world: World) =>
  Effect.map(
    Effect.all([world.pending(ordersTopic), world.pending(paymentsTopic)]),
    (pending) => pending.flat().length === 0
  )

/** Every order has its payment, and what became a dead letter are the payments that have no order. */
const verdict = Effect.fnUntraced(function* (world: World) {
  const ids = Array.from({ length: orders }, (_, index) => BigInt(index + 1))
  const unpaid = ids.filter((id) => world.table.fact(id)?.payment_id !== paymentOf(id).payment_id)
  assert.deepStrictEqual(unpaid, [])
  assert.strictEqual(world.table.rows.size, orders)
  const letters = (yield* world.deadLetters).map((letter) => {
    const { order_id } = JSON.parse(new TextDecoder().decode(letter.data)) as { readonly order_id: string }
    return `${attributeOf(letter, "dlq-reason")} ${order_id}`
  })
  assert.deepStrictEqual(
    [...new Set(letters)].sort(),
    Array.from({ length: waves }, (_, wave) => `unmatched-payment ${neverOrdered + BigInt(wave)}`).sort()
  )
})

describe("a backlog two hours old, whose payments drain faster than its orders", () => {
  it.effect("[G5] makes a dead letter of no payment that has an order, and one of each that has none", () =>
    Effect.gen(function* () {
      const world = yield* backlog
      const process = yield* world.start(defaults)
      yield* middle(world, process)
      yield* eventually("everything is settled", isSettled(world))
      yield* verdict(world)
      assert.lengthOf(yield* world.deadLetters, waves)
      assert.strictEqual(imbalanceOf(yield* process.totals("payments")), 0)
    })
  )

  it.effect("[G1] [G5] nor does it when the only process dies in the middle and another takes over", () =>
    Effect.gen(function* () {
      const world = yield* backlog
      const first = yield* world.start(defaults)
      yield* middle(world, first)
      yield* first.crash
      const second = yield* world.start(defaults, "process-2")
      yield* eventually("everything is settled", isSettled(world))
      yield* verdict(world)
      assert.strictEqual(imbalanceOf(yield* second.totals("payments")), 0)
    })
  )
})
