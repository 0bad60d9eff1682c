import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, type Scope } from "effect"
import { fates } from "../../src/domain/Fate.ts"
import { ProgressTable } from "../../src/facts/ProgressTable.ts"
import { ProgressTableMemory } from "../../src/facts/ProgressTableMemory.ts"
import { GivenBackOrders } from "../../src/ingest/GivenBackOrders.ts"
import { thawMillis, unheardMillis } from "../../src/ingest/Limits.ts"
import { makeOrdersProgress } from "../../src/ingest/OrdersProgress.ts"
import { makeProgressExchange } from "../../src/ingest/ProgressExchange.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import type { DeliveryProgress } from "../../src/pubsub/Subscriber.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { monotonicMillis } from "../../src/time/MonotonicClock.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

const graceMillis = 10_000

/** An exchange whose orders stream is quiet; its clock can be made to jump, as after a freeze. */
const makeExchange = Effect.gen(function* () {
  const inner = yield* Clock.Clock
  let ahead = 0n
  const clock: Clock.Clock = Object.assign(Object.create(inner), {
    monotonicTimeNanosUnsafe: () => inner.monotonicTimeNanosUnsafe() + ahead
  })
  const now = () => monotonicMillis(clock)
  const state = { isSilent: false, waiting: 1, heardAt: now() }
  const payments = makeStreamLedger(fates)
  const orders = makeStreamLedger(fates)
  const sinceMillis = now()
  payments.received([
    { ...paymentWork(paymentOf(1n), { publishTimeMicros: 1_000_000_000 }), receivedAtMillis: sinceMillis }
  ])
  const exchange = yield* Effect.gen(function* () {
    const progress = yield* makeOrdersProgress({ orders, payments, givenBack: new GivenBackOrders(now) })
    yield* progress.read({
      progress: Effect.sync((): DeliveryProgress => {
        if (!state.isSilent) state.heardAt = now()
        return {
          oldestUndeliveredMicros: undefined,
          quietMillis: 60_000,
          mayBeLost: false,
          provenAtMillis: state.heardAt,
          heardAtMillis: state.heardAt
        }
      })
    })
    return yield* makeProgressExchange({
      process: "own",
      progress,
      graceMillis,
      intake: {
        isOpen: () => true,
        waiting: () => state.waiting,
        longestMillis: () => now() - sinceMillis,
        reconsider: () => Effect.succeed(0),
        heldSinceMillis: () => undefined,
        storedAtMillis: now,
        probe: Effect.void,
        askPubSub: Effect.succeed(true),
        onHeldUp: () => Effect.void,
        onRead: () => {}
      }
    })
  }).pipe(Effect.provideService(Clock.Clock, clock))
  yield* Effect.forkScoped(exchange.run)
  yield* pass(0)
  const payment = { orderId: 1n, publishTimeMicros: 1_000_000_000, sinceMillis }
  return {
    exchange,
    state,
    freeze: (millis: number) => {
      ahead += BigInt(millis) * 1_000_000n
    },
    isUnmatched: Effect.map(exchange.verdict, (verdict) => verdict?.isUnmatched(payment) ?? false),
    rows: ProgressTable.use(({ readAll }) => readAll)
  }
})

const test = (name: string, body: Effect.Effect<void, unknown, ProgressTable | Scope.Scope>) =>
  it.effect(name, () => body.pipe(Effect.provide(Layer.fresh(ProgressTableMemory.layer)), Effect.orDie))

describe("ProgressExchange", () => {
  test(
    "[G5] a payment is unmatched once its grace is over and the watermark has passed it by the grace",
    Effect.gen(function* () {
      const { isUnmatched } = yield* makeExchange
      yield* pass("13 seconds")
      assert.isFalse(yield* isUnmatched)
      yield* pass("3 seconds")
      assert.isTrue(yield* isUnmatched)
    })
  )

  test(
    "[G5] after a freeze no verdict is given until the own row is renewed and seen again",
    Effect.gen(function* () {
      const { exchange, freeze, isUnmatched } = yield* makeExchange
      yield* pass("20 seconds")
      assert.isTrue(yield* isUnmatched)
      const before = exchange.own.begun()
      freeze(8_000)
      assert.isFalse(yield* isUnmatched)
      yield* pass(thawMillis - 100)
      assert.strictEqual(exchange.own.begun(), before)
      assert.isFalse(yield* isUnmatched)
      yield* pass("4 seconds")
      assert.isAbove(exchange.own.begun(), before)
      assert.isTrue(yield* isUnmatched)
    })
  )

  test(
    "[G5] after a freeze of 20 s any order may be on its way for a minute",
    Effect.gen(function* () {
      const { freeze, isUnmatched } = yield* makeExchange
      yield* pass("20 seconds")
      freeze(60_000)
      yield* pass("55 seconds")
      assert.isFalse(yield* isUnmatched)
      yield* pass("15 seconds")
      assert.isTrue(yield* isUnmatched)
    })
  )

  test(
    "[G5] a process that asks Pub/Sub and does not hear it for 20 s stops renewing its row",
    Effect.gen(function* () {
      const { exchange, state } = yield* makeExchange
      yield* pass("5 seconds")
      state.isSilent = true
      yield* pass(unheardMillis)
      const before = exchange.own.begun()
      yield* pass("10 seconds")
      assert.isAtMost(exchange.own.begun() - before, 2)
      const stopped = exchange.own.begun()
      yield* pass("20 seconds")
      assert.strictEqual(exchange.own.begun(), stopped)
      state.isSilent = false
      yield* pass("3 seconds")
      assert.isAbove(exchange.own.begun(), stopped)
    })
  )

  test(
    "[G5] silence says nothing where nobody waits, and so nobody asks",
    Effect.gen(function* () {
      const { exchange, state } = yield* makeExchange
      state.waiting = 0
      yield* pass("5 seconds")
      state.isSilent = true
      yield* pass("2 minutes")
      const before = exchange.own.begun()
      yield* pass("30 seconds")
      assert.isAtLeast(exchange.own.begun() - before, 9)
    })
  )

  test(
    "[G5] orders are given back that are held for 20 s without a renewal, and no others",
    Effect.gen(function* () {
      const { exchange, freeze } = yield* makeExchange
      yield* pass("1 second")
      const received = exchange.own.renewedAtMillis()
      assert.isFalse(exchange.mustGiveBack(received - 60_000))
      freeze(25_000)
      assert.isTrue(exchange.mustGiveBack(received))
      assert.isFalse(exchange.mustGiveBack(received + 20_000))
    })
  )

  test(
    "[G5] verdicts end with their reading: a dead letter that comes too late is not published",
    Effect.gen(function* () {
      const { exchange, freeze } = yield* makeExchange
      yield* pass("20 seconds")
      const verdict = yield* exchange.verdict
      assert.isTrue(verdict?.isDue())
      yield* pass("2900 millis")
      assert.isTrue(verdict?.isDue())
      yield* pass("1200 millis")
      assert.isFalse(verdict?.isDue())
      const next = yield* exchange.verdict
      freeze(6_000)
      assert.isFalse(next?.isDue())
    })
  )
})
