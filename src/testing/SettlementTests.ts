/** Part of the Pub/Sub suite: how deliveries are settled, and their leases kept. */
import { assert } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { leaseSeconds } from "../pubsub/Limits.ts"
import { freshChannel, lostAs, never, numbered, publishTexts, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const settlementTests = ({ it, clock, where }: SuiteContext): void => {
  it.effect(
    "[G1] what is acknowledged never comes again, and what is held keeps its lease beyond two leases",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        yield* publishTexts(topic, numbered(6))
        const reader = yield* read(clock, subscription)
        const first = [...(yield* reader.awaitReceived(6))]
        assert.deepStrictEqual(yield* reader.ack(first.slice(0, 2)), { done: 2, lost: [] })
        yield* reader.open.setAside(first.slice(2, 4))
        yield* clock.pass(Duration.seconds(2 * leaseSeconds + 1))
        assert.deepStrictEqual(textsOf(reader.received), numbered(6))
        assert.deepStrictEqual(first.map(reader.open.isHeld), [false, false, true, true, true, true])
        assert.deepStrictEqual(yield* reader.ack(first.slice(2)), { done: 4, lost: [] })
        const { held, leasesLost } = yield* reader.open.status
        assert.deepStrictEqual({ held, leasesLost }, { held: 0, leasesLost: 0 })
      })
  )

  it.effect("a released delivery comes again at once, as the same message under a new lease", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, ["m-1"])
      const reader = yield* read(clock, subscription)
      const [first = never()] = yield* reader.awaitReceived(1)
      const releasedAt = yield* Clock.currentTimeMillis
      assert.deepStrictEqual(yield* reader.release([first]), { done: 1, lost: [] })
      assert.isFalse(reader.open.isHeld(first))
      const [, again = never()] = yield* reader.awaitReceived(2)
      assert.isBelow((yield* Clock.currentTimeMillis) - releasedAt, leaseMillis / 2)
      assert.strictEqual(again.messageId, first.messageId)
      assert.strictEqual(again.publishTimeMicros, first.publishTimeMicros)
      assert.notStrictEqual(again.ackId, first.ackId)
      assert.include([0, 2], again.deliveryAttempt)
      assert.deepStrictEqual(yield* reader.ack([again]), { done: 1, lost: [] })
    })
  )

  where("delayed-release")("a delivery released with a delay comes again after it", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, ["m-1"])
      const reader = yield* read(clock, subscription)
      const [first = never()] = yield* reader.awaitReceived(1)
      const releasedAt = yield* Clock.currentTimeMillis
      assert.deepStrictEqual(yield* reader.release([first], Duration.seconds(2)), { done: 1, lost: [] })
      assert.isFalse(reader.open.isHeld(first))
      yield* reader.awaitReceived(2)
      const waited = (yield* Clock.currentTimeMillis) - releasedAt
      assert.isAtLeast(waited, 1_900)
      assert.isBelow(waited, leaseMillis)
    })
  )

  it.effect("a delivery is settled once: whatever settles it again is told that it is lost", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(2))
      const reader = yield* read(clock, subscription)
      const [first = never(), second = never()] = yield* reader.awaitReceived(2)
      const lost = lostAs("already-settled", [first])
      assert.deepStrictEqual(yield* reader.ack([first, first]), { done: 1, lost })
      assert.deepStrictEqual(yield* reader.release([first]), { done: 0, lost })
      assert.deepStrictEqual(yield* reader.ack([first, second]), { done: 1, lost })
      assert.deepStrictEqual(yield* reader.ack([]), { done: 0, lost: [] })
      assert.isFalse(reader.open.isHeld(second))
    })
  )

  it.effect("[G1] what is abandoned comes again when its lease ends, as after a kill, and not before", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(2))
      const reader = yield* read(clock, subscription)
      const [first = never(), second = never()] = yield* reader.awaitReceived(2)
      yield* reader.open.heldIds.hold([second])
      yield* reader.open.abandon
      const abandonedAt = yield* Clock.currentTimeMillis
      yield* reader.end
      assert.isFalse(reader.open.isHeld(first))
      const { held, leasesLost, lost, released } = yield* reader.open.status
      assert.deepStrictEqual(
        { held, leasesLost, lost, released },
        { held: 0, leasesLost: 2, lost: 2, released: 0 }
      )
      assert.deepStrictEqual(yield* reader.ack([first]), { done: 0, lost: lostAs("lease-lost", [first]) })
      const other = yield* read(clock, subscription)
      const [again = never()] = yield* other.awaitReceived(1)
      const waited = (yield* Clock.currentTimeMillis) - abandonedAt
      assert.isAtLeast(waited, leaseMillis / 2)
      // Both come again, in any order.
      assert.include([first.messageId, second.messageId], again.messageId)
    })
  )

  it.effect("of an ack and a release at the same time only one settles", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(20))
      const reader = yield* read(clock, subscription)
      const first = [...(yield* reader.awaitReceived(20))]
      const settled = yield* Effect.all([reader.ack(first), reader.release(first), reader.ack(first)], {
        concurrency: "unbounded"
      })
      assert.strictEqual(
        settled.reduce((sum, { done }) => sum + done, 0),
        20
      )
    })
  )
}

const leaseMillis = leaseSeconds * 1_000
