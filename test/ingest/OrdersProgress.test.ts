import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Result } from "effect"
import { fates } from "../../src/domain/Fate.ts"
import { progressIdsMax } from "../../src/facts/Limits.ts"
import { GivenBackOrders } from "../../src/ingest/GivenBackOrders.ts"
import { makeOrdersProgress } from "../../src/ingest/OrdersProgress.ts"
import type { DecodedDelivery } from "../../src/pipeline/DecodedDelivery.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import type { DeliveryProgress } from "../../src/pubsub/Subscriber.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { monotonicMillis } from "../../src/time/MonotonicClock.ts"
import { deliveryOf, orderOf } from "../support/Samples.ts"

const noon = 1_700_000_000_000_000

/** An order that was published so long after noon. **Units**: ms. */
const decoded = (id: bigint, afterNoonMillis: number, orderingKey = ""): DecodedDelivery<unknown> => ({
  delivery: {
    ...deliveryOf(`${id}`, { publishTimeMicros: noon + afterNoonMillis * 1_000 }),
    orderingKey
  },
  decoded: Result.succeed(orderOf(id)),
  receivedAtMillis: 0
})

/** The progress over a ledger, of a subscription that is quiet and was heard just now. */
const makeProgress = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const now = () => monotonicMillis(clock)
  const givenBack = new GivenBackOrders(now)
  const orders = makeStreamLedger(fates, givenBack.note)
  const progress = yield* makeOrdersProgress({ orders, payments: makeStreamLedger(fates), givenBack })
  const subscription: { undelivered: number | undefined } = { undelivered: undefined }
  yield* progress.read({
    progress: Effect.sync(
      (): DeliveryProgress => ({
        oldestUndeliveredMicros: subscription.undelivered,
        quietMillis: 60_000,
        mayBeLost: false,
        provenAtMillis: now(),
        heardAtMillis: now()
      })
    )
  })
  const watermark = Effect.map(progress.report, ({ watermarkMicros }) => watermarkMicros - noon)
  return { orders, progress, subscription, watermark }
})

describe("OrdersProgress", () => {
  it.effect("[G5] an order that was given back holds the watermark for a minute", () =>
    Effect.gen(function* () {
      const { orders, watermark } = yield* makeProgress
      const batch = [decoded(1n, 0), decoded(2n, 5_000)]
      const entry = orders.received(batch)
      assert.strictEqual(yield* watermark, 0)
      entry.released(batch.slice(0, 1))
      entry.keepOnly(batch.slice(1))
      entry.fated("order-stored", 1)
      entry.close()
      yield* pass("59 seconds")
      assert.strictEqual(yield* watermark, 0)
      yield* pass("1 second")
      assert.isAbove(yield* watermark, 0)
    })
  )

  it.effect("[G5] an order that was received and not handed over yet holds the watermark", () =>
    Effect.gen(function* () {
      const { orders, subscription, watermark } = yield* makeProgress
      orders.received([decoded(1n, 5_000)])
      subscription.undelivered = noon
      assert.strictEqual(yield* watermark, 0)
      subscription.undelivered = undefined
      assert.strictEqual(yield* watermark, 5_000_000)
    })
  )

  it.effect("[G5] from its third try an order is told by id, and holds the watermark no more", () =>
    Effect.gen(function* () {
      const { orders, progress, watermark } = yield* makeProgress
      const entry = orders.received([decoded(1n, 0)])
      entry.failures = 1
      yield* pass("60 seconds")
      assert.strictEqual(yield* watermark, 0)
      entry.failures = 2
      assert.strictEqual(yield* watermark, 57_000_000)
      assert.deepStrictEqual((yield* progress.report).orderIds, [1n])
      assert.isFalse((yield* progress.report).hasUnsettled)
      entry.fated("order-stored", 1)
      entry.close()
      assert.deepStrictEqual((yield* progress.report).orderIds, [])
    })
  )

  it.effect("[G5] an order that was told by id is told for a minute more once it is given back", () =>
    Effect.gen(function* () {
      const { orders, progress, watermark } = yield* makeProgress
      const batch = [decoded(1n, 0)]
      const entry = orders.received(batch)
      entry.failures = 2
      yield* pass("60 seconds")
      yield* watermark
      entry.released(batch)
      entry.close()
      yield* pass("59 seconds")
      assert.strictEqual(yield* watermark, 116_000_000)
      assert.deepStrictEqual((yield* progress.report).orderIds, [1n])
      yield* pass("1 second")
      assert.deepStrictEqual((yield* progress.report).orderIds, [])
    })
  )

  it.effect("[G5] an order with an ordering key is not told by id: what is behind it nobody knows", () =>
    Effect.gen(function* () {
      const { orders, progress, watermark } = yield* makeProgress
      const entry = orders.received([decoded(1n, 0, "key")])
      entry.failures = 9
      yield* pass("60 seconds")
      assert.strictEqual(yield* watermark, 0)
      assert.deepStrictEqual((yield* progress.report).orderIds, [])
    })
  )

  it.effect("[G5] the oldest 200 are told by id, and the oldest of the rest holds the watermark", () =>
    Effect.gen(function* () {
      const { orders, progress, watermark } = yield* makeProgress
      for (let id = progressIdsMax + 50; id >= 1; id--) {
        const entry = orders.received([decoded(BigInt(id), id)])
        entry.failures = 2
      }
      yield* pass("60 seconds")
      assert.strictEqual(yield* watermark, (progressIdsMax + 1) * 1_000)
      assert.lengthOf((yield* progress.report).orderIds, progressIdsMax)
    })
  )
})
