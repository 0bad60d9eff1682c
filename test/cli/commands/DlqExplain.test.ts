import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { explainDeadLetters } from "../../../src/cli/commands/DlqExplain.ts"
import type { GraceAdvice } from "../../../src/ingest/GraceAdvice.ts"
import { pass } from "../../../src/testing/VirtualTime.ts"
import { begun, commandOptions, printed } from "../../support/CommandsInWorld.ts"
import { lateOrdersOf, latePlan, lived } from "../../support/LateOrders.ts"
import { giveUp, ids, letterOf, publishLetters, remaining, store } from "../../support/Redriving.ts"
import { orderOf } from "../../support/Samples.ts"
import { makeWorld, type World, worldBegins } from "../../support/World.ts"

const explained = Effect.fnUntraced(function* (world: World, options: Partial<typeof commandOptions> = {}) {
  const command = yield* begun(world, explainDeadLetters({ ...commandOptions, ...options }))
  const exit = yield* command.end
  assert.strictEqual(exit._tag, "Success", String(exit))
  return yield* printed
})

/** The lines of JSON among those of the log. */
const jsonIn = (text: string): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))

/** Seven minutes in which an order is a minute late on average, and one in twenty never comes. */
const plan = latePlan({
  ...{ payments: 420, everyMillis: 1_000, meanDelayMillis: 60_000, lost: 20, seed: 7 }
})

describe("dlq explain", () => {
  it.effect(
    "names how late orders were, as they were published, and its advice matches what it promises",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start({ paymentGrace: Duration.seconds(30) })
        yield* lived(world, process, plan)
        yield* process.shutDown
        const late = yield* lateOrdersOf(world)
        assert.isAbove(late.length, 200)
        // Of orders that the scripts write nothing is known but that they are there.
        const lost = plan.filter(({ delayMillis }) => delayMillis === undefined)
        for (const { orderId } of lost.slice(0, 7)) {
          const { order_id, ...columns } = orderOf(orderId)
          world.table.write(order_id, columns, BigInt(worldBegins) * 1_000n + 300_000_000n)
        }

        const [unmatched = {}] = jsonIn(yield* explained(world, { json: true }))
        const lateAt = (share: number) => late[Math.ceil(late.length * share) - 1]?.millis
        assert.deepInclude(unmatched, {
          type: "unmatched-payments",
          count: late.length + lost.length,
          known: late.length,
          absent: lost.length - 7,
          untold: 7,
          lateMillis: {
            ...{ "50%": lateAt(0.5), "90%": lateAt(0.9), "95%": lateAt(0.95) },
            ...{ "99%": lateAt(0.99), "100%": lateAt(1) }
          }
        })
        const { graceMillis, kind, matched, placesAfterKill } = unmatched["advice"] as GraceAdvice
        assert.strictEqual(kind, "raise")
        assert.isAtLeast(matched, 0.95 * late.length)

        const replay = yield* makeWorld()
        const advised = yield* replay.start({ paymentGrace: Duration.millis(graceMillis) })
        const mostWaiting = yield* lived(replay, advised, plan)
        const matchedNow = late.filter(({ orderId }) => replay.table.state(orderId)?.payment !== undefined)
        assert.isAtLeast(matchedNow.length, matched)
        assert.isAtMost(matchedNow.length, matched + late.length / 100)
        assert.isAtMost(mostWaiting, placesAfterKill.payments)
      }),
    60_000
  )

  it.effect("says to a person what to set and what to do next, and consumes nothing", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(3))
      yield* pass("41 seconds")
      yield* store(world, ids(2))
      const text = yield* explained(world)
      assert.match(text, /^3 payments given up because the order was not there$/m)
      assert.match(
        text,
        /^ {2}2 orders have come since; how long after their payments: half within 42 s, 95 % within 42 s, the last within 42 s/m
      )
      assert.match(text, /^ {2}1 still has no order, for instance order 3, payment 1003$/m)
      assert.match(text, /^ {2}PAYMENT_GRACE=42s would have matched 2 of 2 \(100 %\); it is 30s here$/m)
      assert.match(text, /takes 3 waiting places .*: WAITING_ROOM_MAX=1000, as it is here, is enough$/m)
      assert.match(
        text,
        /^ {2}next: counterfoil dlq redrive --reason unmatched-payment \(2 have their orders/m
      )
      assert.lengthOf(yield* remaining(world), 3, "nothing is consumed")
    })
  )

  it.effect("a table that does not answer is asked once, and the rest is told without it", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, ...ids(1_200).map((id) => letterOf(id)))
      let asked = 0
      world.storeFaults.isAway = true
      world.storeFaults.latency = () => {
        asked++
        return 0
      }
      const text = yield* explained(world)
      assert.match(text, /^verdict unknown: .+$/m)
      assert.match(text, /^ {2}1,200: not known, as the fact table did not answer$/m)
      assert.notInclude(text, "PAYMENT_GRACE")
      assert.strictEqual(asked, 1)
    })
  )
})
