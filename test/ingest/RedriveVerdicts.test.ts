import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import {
  giveUp,
  ids,
  letterOf,
  matchedIn,
  publishLetters,
  redriven,
  remaining,
  store,
  surveyed,
  worldSources
} from "../support/Redriving.ts"
import { messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld } from "../support/World.ts"

describe("The verdicts of list, dry run and redrive", () => {
  it.effect("list says how many would go through", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(12))
      yield* store(world, ids(9))
      const { groups, newest } = yield* surveyed(world)
      const [group] = groups
      assert.deepInclude(group, {
        count: 12,
        reason: "unmatched-payment",
        subscription: worldSources.payments
      })
      assert.deepStrictEqual(Object.fromEntries(group?.verdicts ?? []), {
        "payment-matched": 9,
        "stays(unmatched-payment)": 3
      })
      assert.deepStrictEqual([groups.length, newest.length], [1, 10])
    })
  )

  it.effect("a dry run says how many would go through, and changes nothing", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(12))
      yield* store(world, ids(9))
      assert.deepInclude(yield* redriven(world, { isDry: true }), {
        tried: 12,
        through: { "payment-matched": 9 },
        stays: { "unmatched-payment": 3 }
      })
      assert.strictEqual(matchedIn(world), 0)
      assert.strictEqual((yield* remaining(world)).length, 12)
    })
  )

  it.effect(
    "[G2] list, dry run and redrive say the same, and neither list nor dry run changes anything",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        yield* giveUp(world, ids(50))
        yield* store(world, ids(30))
        yield* publishLetters(
          world,
          // Older than the one in its row would be, and for the same order: one of the two is superseded.
          letterOf(
            7n,
            { "dlq-publish-time": rfc3339(1_600_000_000_000_000) },
            paymentOf(7n, { payment_id: 99n })
          ),
          { ...letterOf(1n), data: new TextEncoder().encode("no JSON") }
        )
        const rows = JSON.stringify([...world.table.rows], (_, it) => (typeof it === "bigint" ? `${it}` : it))
        const { groups } = yield* surveyed(world)
        const listed = groups.map(({ count, reason, verdicts }) => ({
          count,
          reason,
          ...Object.fromEntries(verdicts)
        }))
        const dry = yield* redriven(world, { isDry: true })
        assert.strictEqual(
          JSON.stringify([...world.table.rows], (_, it) => (typeof it === "bigint" ? `${it}` : it)),
          rows
        )
        assert.strictEqual((yield* remaining(world)).length, 52)
        const real = yield* redriven(world)
        const { through } = real
        assert.deepStrictEqual({ ...dry, read: real.read }, real)
        const total = (name: string) =>
          listed.reduce((sum, group) => sum + Number(new Map(Object.entries(group)).get(name) ?? 0), 0)
        assert.strictEqual(total("payment-matched"), through["payment-matched"])
        assert.strictEqual(total("payment-superseded"), through["payment-superseded"] ?? 0)
        assert.strictEqual(total("stays(unmatched-payment)"), real.stays["unmatched-payment"])
        assert.strictEqual(total("stays(undecodable)"), 1)
        assert.strictEqual(total("count"), 52)
        assert.strictEqual((yield* remaining(world)).length, 21)
      })
  )

  it.effect("an order and its payment that are dead letters together go through together", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(
        world,
        letterOf(1n),
        messageOf(orderOf(1n), { "dlq-reason": "store-rejected", "dlq-subscription": worldSources.orders })
      )
      const expected = { through: { "payment-matched": 1, "order-stored": 1 }, stays: {} }
      assert.deepInclude(yield* redriven(world, { isDry: true }), expected)
      assert.deepInclude(yield* redriven(world), expected)
    })
  )
})
