/** Part of the Pub/Sub suite: deliveries that are held by their ack ids alone. */
import { assert } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import type { HeldIdsOptions } from "../pubsub/SubscriptionOptions.ts"
import { freshChannel, never, numbered, publishTexts, read, reading, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const heldIdTests = ({ it, clock }: SuiteContext): void => {
  it.effect(
    "[G6] what is held by id frees its place, and is not delivered again for as long as it is held",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        yield* publishTexts(topic, numbered(6))
        const reader = yield* read(clock, subscription, { messages: 2, heldIds: shortest })
        const { heldIds } = reader.open
        for (const count of [2, 4, 6]) yield* heldIds.hold(yield* reader.awaitReceived(count))
        const received = [...reader.received]
        assert.deepStrictEqual(textsOf(received), numbered(6))
        assert.strictEqual(yield* heldIds.count, 6)
        assert.isFalse(received.some(reader.open.isHeld))
        yield* clock.pass(Duration.millis(2 * leaseMillis + 1_000))
        assert.strictEqual(reader.received.length, 6)
        const ids = received.map(({ ackId }) => ackId)
        assert.deepStrictEqual(yield* heldIds.ack(ids.slice(0, 4)), { done: 4, lost: [] })
        const { acked, held, lost, received: total, released } = yield* reader.open.status
        assert.deepStrictEqual([total, held, acked, released, lost], [6, 2, 4, 0, 0])
        assert.deepStrictEqual(yield* heldIds.ack(ids.slice(3)), {
          done: 2,
          lost: [{ ackId: ids[3] ?? never(), reason: "already-settled" }]
        })
      })
  )

  it.effect("an id that is released comes again at once, and what stays held does not", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(3))
      const reader = yield* read(clock, subscription)
      const { heldIds } = reader.open
      const ids = yield* heldIds.hold(yield* reader.awaitReceived(3))
      assert.strictEqual(ids.length, 3)
      const releasedAt = yield* Clock.currentTimeMillis
      assert.deepStrictEqual(yield* heldIds.release(ids.slice(0, 1)), { done: 1, lost: [] })
      const [, , , again = never()] = yield* reader.awaitReceived(4)
      assert.isBelow((yield* Clock.currentTimeMillis) - releasedAt, leaseMillis / 2)
      assert.strictEqual(again.messageId, reader.received[0]?.messageId)
      assert.deepStrictEqual(yield* reader.ack([again]), { done: 1, lost: [] })
      assert.deepStrictEqual(yield* heldIds.releaseAll, { done: 2, lost: [] })
      assert.strictEqual(yield* heldIds.count, 0)
      assert.deepStrictEqual(textsOf((yield* reader.awaitReceived(6)).slice(3)), numbered(3))
      yield* reader.ack(reader.received.slice(4))
    })
  )

  it.effect("[G6] no more ids are held than the bound: beyond it the call fails, and changes nothing", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(5))
      const reader = yield* read(clock, subscription, { heldIds: { max: 3 } })
      const received = [...(yield* reader.awaitReceived(5))]
      const { heldIds } = reader.open
      yield* heldIds.hold(received.slice(0, 2))
      const error = yield* Effect.flip(heldIds.hold(received.slice(2, 4)))
      assert.deepInclude(error, { _tag: "TooManyHeldIds", max: 3, held: 2, asked: 2 })
      assert.isTrue(received.slice(2).every(reader.open.isHeld))
      yield* heldIds.hold(received.slice(2, 3))
      assert.strictEqual(yield* heldIds.count, 3)
      // A place that becomes free can be used again; what is held by id, or settled, is not held twice.
      yield* heldIds.ack(received.slice(0, 1).map(({ ackId }) => ackId))
      yield* reader.ack(received.slice(3, 4))
      assert.deepStrictEqual(
        yield* heldIds.hold(received),
        received.slice(4).map(({ ackId }) => ackId)
      )
    })
  )

  it.effect("[G8] closing releases what is held by id at once", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(4))
      yield* reading(clock, subscription, (reader) =>
        Effect.gen(function* () {
          const ids = yield* reader.open.heldIds.hold(yield* reader.awaitReceived(4))
          yield* reader.open.heldIds.ack(ids.slice(0, 1))
        })
      )
      const closedAt = yield* Clock.currentTimeMillis
      const reader = yield* read(clock, subscription)
      yield* reader.awaitReceived(3)
      assert.isBelow((yield* Clock.currentTimeMillis) - closedAt, leaseMillis / 2)
      yield* reader.ack(reader.received)
    })
  )
}

/** The shortest lease there is, so that a test need not last longer. */
const shortest: HeldIdsOptions = { lease: "10 seconds", extendEvery: "3 seconds" }

const leaseMillis = 10_000
