/** Part of the Pub/Sub suite: deliveries, their leases, and how they are settled. */
import { assert } from "@effect/vitest"
import { Clock, Duration, Effect, Result } from "effect"
import { leaseSeconds } from "../../src/pubsub/Limits.ts"
import type { Message } from "../../src/pubsub/Message.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import {
  freshChannel,
  freshName,
  numbered,
  publishAll,
  publishTexts,
  read,
  reading,
  textsOf
} from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SubscriptionSuite.ts"

/** Registers the tests. */
export const deliveryTests = ({ it, clock, where }: SuiteContext): void => {
  it.effect("a message arrives whole: bytes, attributes, message id and publish time", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const message: Message = {
        data: Uint8Array.from({ length: 256 }, (_, i) => i),
        attributes: { plain: "value", "ключ é 𝒦": "значение 💶", empty: "" },
        orderingKey: ""
      }
      const before = yield* Clock.currentTimeMillis
      const [messageId] = yield* publishAll(topic, [message])
      const after = yield* Clock.currentTimeMillis
      const sent = message.data.slice()
      // What the publisher does with its bytes afterwards changes nothing.
      message.data.fill(0)
      const reader = yield* read(clock, subscription)
      const [delivery] = yield* reader.awaitReceived(1)
      assert.deepStrictEqual(Buffer.from(delivery?.data ?? []), Buffer.from(sent))
      assert.deepStrictEqual({ ...delivery?.attributes }, message.attributes)
      assert.strictEqual(delivery?.orderingKey, "")
      assert.strictEqual(delivery?.messageId, messageId)
      assert.isTrue(Number.isSafeInteger(delivery?.publishTimeMicros))
      assert.isAtLeast(delivery?.publishTimeMicros ?? 0, before * 1_000 - skewMicros)
      assert.isAtMost(delivery?.publishTimeMicros ?? 0, after * 1_000 + skewMicros)
      assert.include([0, 1], delivery?.deliveryAttempt)
      assert.isTrue(reader.open.isHeld(delivery ?? never()))
    })
  )

  where("ordering-key")("messages of several ordering keys in one call keep their keys", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const keys = ["", "a", "b", "a", ""]
      yield* publishAll(
        topic,
        keys.map((orderingKey, i) => ({ data: new Uint8Array([i]), attributes: {}, orderingKey }))
      )
      const reader = yield* read(clock, subscription)
      const received = yield* reader.awaitReceived(keys.length)
      const inOrder = received.toSorted((a, b) => (a.data[0] ?? 0) - (b.data[0] ?? 0))
      assert.deepStrictEqual(
        inOrder.map((delivery) => delivery.orderingKey),
        keys
      )
    })
  )

  it.effect("every subscription of a topic gets every message", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const second = freshName("sub")
      const plan = {
        topic,
        subscription: second,
        ackDeadline: Duration.seconds(60),
        retention: Duration.days(7)
      }
      yield* (yield* PubSubAdmin).createSubscription(plan)
      yield* publishTexts(topic, numbered(3))
      for (const each of [subscription, second]) {
        const reader = yield* read(clock, each)
        assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(3)), numbered(3))
        yield* reader.ack(reader.received)
      }
    })
  )

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
      assert.deepStrictEqual(yield* reader.ack([first, first]), { done: 1, lost: [first] })
      assert.deepStrictEqual(yield* reader.release([first]), { done: 0, lost: [first] })
      assert.deepStrictEqual(yield* reader.ack([first, second]), { done: 1, lost: [first] })
      assert.deepStrictEqual(yield* reader.ack([]), { done: 0, lost: [] })
      assert.isFalse(reader.open.isHeld(second))
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

  it.effect("[G8] after stop the stream ends, and what is held can still be acknowledged", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(3))
      const reader = yield* read(clock, subscription)
      yield* reader.awaitReceived(3)
      yield* reader.open.stop
      yield* reader.end
      yield* publishTexts(topic, ["late"])
      assert.deepStrictEqual(yield* reader.ack(reader.received), { done: 3, lost: [] })
      assert.deepStrictEqual(textsOf(reader.received), numbered(3))
    })
  )

  it.effect("[G8] closing releases what is not settled at once, and nothing acknowledged comes again", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(5))
      const acknowledged = yield* reading(clock, subscription, (reader) =>
        Effect.gen(function* () {
          const received = yield* reader.awaitReceived(5)
          yield* reader.open.setAside(received.slice(2, 4))
          assert.deepStrictEqual(yield* reader.ack(received.slice(0, 2)), { done: 2, lost: [] })
          return received.slice(0, 2)
        })
      )
      const closedAt = yield* Clock.currentTimeMillis
      const reader = yield* read(clock, subscription)
      const received = yield* reader.awaitReceived(3)
      assert.isBelow((yield* Clock.currentTimeMillis) - closedAt, leaseMillis / 2)
      assert.deepStrictEqual([...textsOf(received), ...textsOf(acknowledged)].sort(), numbered(5))
    })
  )

  where("wire-limits")("two readers of one subscription never hold the same message", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const readers = yield* Effect.all([
        read(clock, subscription, { messages: 30 }),
        read(clock, subscription, { messages: 30 })
      ])
      yield* publishTexts(topic, numbered(60))
      for (const reader of readers) yield* reader.awaitReceived(30)
      assert.deepStrictEqual(textsOf(readers.flatMap(({ received }) => received)), numbered(60))
    })
  )

  it.effect("a missing subscription fails the stream, and the error names it", () =>
    Effect.gen(function* () {
      const name = freshName("missing")
      const reader = yield* read(clock, name)
      const error = yield* Effect.flip(reader.end)
      assert.strictEqual(error.reason._tag, "ResourceMissing")
      assert.isFalse(error.isRetryable)
      assert.include(error.message, name)
      assert.strictEqual(reader.open.name, (yield* PubSubAdmin).subscriptionName(name))
    })
  )

  it.effect("publishing to a missing topic answers each message that it is missing, and names it", () =>
    Effect.gen(function* () {
      const name = freshName("missing")
      const answers = yield* (yield* Publisher).publish(name, [messageOfByte(1), messageOfByte(2)])
      const errors = answers.map((answer) => (Result.isFailure(answer) ? answer.failure : never()))
      assert.deepStrictEqual(
        errors.map(({ reason }) => reason._tag),
        ["ResourceMissing", "ResourceMissing"]
      )
      for (const { message } of errors) assert.include(message, name)
    })
  )
}

const leaseMillis = leaseSeconds * 1_000

/** The server's clock may be another than ours. **Units**: µs. */
const skewMicros = 5_000_000

const messageOfByte = (byte: number): Message => ({
  data: new Uint8Array([byte]),
  attributes: {},
  orderingKey: ""
})

const never = (): never => {
  throw new Error("awaited and not there")
}
