import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import type { FactStore } from "../../src/facts/FactStore.ts"
import { redriveJitter, redriveRate } from "../../src/ingest/Limits.ts"
import { sumOfCounts } from "../../src/telemetry/RedriveSeries.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import {
  everyMinute,
  hasRedriven,
  ids,
  letterOf,
  lettersThatWouldMatch,
  matchedIn,
  noneRemains,
  publishLetters,
  remaining,
  store
} from "../support/Redriving.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { imbalanceOf, makeWorld, paymentsTopic } from "../support/World.ts"

describe("the redrives of run", () => {
  it.effect(
    "[G1] [G7] a payment that was given up before its order came is matched at the next interval",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const process = yield* world.start({ ...everyMinute, paymentGrace: Duration.zero })
        yield* world.publishPayments(...ids(40).map((id) => paymentOf(id)))
        yield* eventually(
          "all given up",
          Effect.map(remaining(world), ({ length }) => length === 40)
        )
        yield* world.publishOrders(...ids(30).map((id) => orderOf(id)))
        yield* eventually(
          "the orders that came are matched",
          Effect.sync(() => matchedIn(world) === 30)
        )
        yield* eventually("a redrive has ended", hasRedriven(process))
        assert.strictEqual((yield* remaining(world)).length, 10)
        const { last, stays, through } = yield* process.redrives
        assert.deepInclude(last, { ended: "end", through: 30, stays: 10 })
        assert.deepStrictEqual([through["payment-matched"], stays["unmatched-payment"]], [30, 10])
        // Nothing is published, and what the streams account for is their own.
        assert.strictEqual((yield* world.deadLetters).length, 40)
        assert.strictEqual((yield* world.broker.publishedTo(paymentsTopic)).length, 40)
        const totals = yield* process.totals("payments")
        assert.deepInclude(totals, { received: 40, released: 0 })
        assert.deepInclude(totals.fates, { "payment-matched": 0, "dead-lettered(unmatched-payment)": 40 })
        assert.strictEqual(imbalanceOf(totals), 0)
        const text = yield* process.prometheus
        assert.match(text, /^counterfoil_redrive_tried_total 40$/m)
        assert.match(text, /^counterfoil_redrive_through_total\{fate="payment-matched"\} 30$/m)
        assert.match(text, /^counterfoil_redrive_stays_total\{reason="unmatched-payment"\} 10$/m)
        assert.match(text, /^counterfoil_redrives_total\{ended="end"\} 1$/m)
        assert.match(text, /^counterfoil_redrive_last_stays 10$/m)
      })
  )

  it.effect("it is off unless an interval is given", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 3)
      yield* world.start()
      yield* pass("2 hours")
      assert.strictEqual((yield* remaining(world)).length, 3)
    })
  )

  it.effect("dead letters of other reasons, or of other deployments, stay as they are", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* store(world, ids(6))
      yield* publishLetters(
        world,
        letterOf(1n),
        letterOf(2n, { "dlq-reason": "schema-violation" }),
        letterOf(3n, { "dlq-reason": "store-rejected" }),
        letterOf(4n, { "dlq-reason": "undecodable" }),
        letterOf(5n, { "dlq-reason": "" }),
        letterOf(6n, { "dlq-subscription": "projects/other/subscriptions/payment_data-sub" })
      )
      const process = yield* world.start(everyMinute)
      yield* eventually("a redrive has ended", hasRedriven(process))
      assert.strictEqual((yield* remaining(world)).length, 5)
      assert.isDefined(world.table.state(1n)?.payment)
      assert.strictEqual(matchedIn(world), 1)
    })
  )

  it.effect("each interval is jittered, so that processes that start together spread over it", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const interval = Duration.minutes(10)
      const processes = yield* Effect.forEach(["1", "2", "3", "4", "5", "6"], (name) =>
        world.start({ redriveInterval: interval }, name)
      )
      const startedAt = yield* Clock.currentTimeMillis
      const beganAt = new Map<string, number>()
      while (beganAt.size < processes.length) {
        yield* pass("5 seconds")
        const now = (yield* Clock.currentTimeMillis) - startedAt
        assert.isAtMost(now, Duration.toMillis(interval) * (1 + redriveJitter) + 10_000)
        for (const { name, redrives } of processes)
          if ((yield* redrives).isRunning && !beganAt.has(name)) beganAt.set(name, now)
      }
      const times = [...beganAt.values()]
      assert.isAtLeast(Math.min(...times), Duration.toMillis(interval) * (1 - redriveJitter))
      assert.isAbove(Math.max(...times) - Math.min(...times), 60_000)
    })
  )

  it.effect("[G6] it takes a bounded rate, and a small part of the write queue", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 2_000)
      let together = 0
      const behind = (inner: FactStore["Service"]): FactStore["Service"] => ({
        ...inner,
        states: (orderIds) => {
          together = Math.max(together, orderIds.length)
          return inner.states(orderIds)
        }
      })
      const process = yield* world.start(everyMinute, "process-1", { store: behind })
      const tried = Effect.map(process.redrives, ({ stays, through }) =>
        sumOfCounts({ ...stays, ...through })
      )
      yield* eventually(
        "it has begun",
        Effect.map(tried, (count) => count > 0)
      )
      for (let second = 1; second <= 15; second++) {
        const before = yield* tried
        yield* pass("1 second")
        assert.isAtMost((yield* tried) - before, redriveRate * 1.1)
      }
      yield* eventually("all are through", noneRemains(world))
      assert.isAtMost(together, redriveRate / 10)
      assert.strictEqual(matchedIn(world), 2_000)
    })
  )

  it.effect("[G2] two processes that redrive at once share the dead letters, and the table is right", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 2_000)
      const often = { redriveInterval: Duration.seconds(10) }
      const processes = yield* Effect.forEach(["1", "2"], (name) => world.start(often, name))
      yield* eventually("all are through", noneRemains(world))
      assert.strictEqual(matchedIn(world), 2_000)
      for (const id of ids(2_000))
        assert.strictEqual(world.table.fact(id)?.payment_id, paymentOf(id).payment_id)
      const counts = yield* Effect.forEach(processes, ({ redrives }) =>
        Effect.map(redrives, ({ through }) => through["payment-matched"] ?? 0)
      )
      assert.isTrue(
        counts.every((count) => count > 0),
        `one did nothing: ${counts.join(", ")}`
      )
      assert.strictEqual(
        counts.reduce((sum, count) => sum + count, 0),
        2_000
      )
    })
  )

  it.effect("[G2] no order id is worked on by run and its redrive at once", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 1)
      let working = 0
      let most = 0
      let takesMillis = 5_000
      const behind = (inner: FactStore["Service"]): FactStore["Service"] => ({
        ...inner,
        states: (orderIds) =>
          Effect.gen(function* () {
            most = Math.max(most, ++working)
            yield* Effect.sleep(Duration.millis(takesMillis))
            working--
            return yield* inner.states(orderIds)
          })
      })
      const process = yield* world.start(everyMinute, "process-1", { store: behind })
      for (let second = 0; second < 100; second++) {
        yield* world.publishPayments(paymentOf(1n, { payment_id: BigInt(second) + 10n }))
        yield* pass("1 second")
      }
      assert.isTrue((yield* process.redrives).isRunning || (yield* hasRedriven(process)))
      takesMillis = 0
      yield* eventually("all are through", noneRemains(world))
      assert.strictEqual(most, 1)
    })
  )
})
