/** Part of the Pub/Sub suite: what a subscription delivers. */
import { assert } from "@effect/vitest"
import { Clock, Duration, Effect, Result } from "effect"
import type { Message } from "../pubsub/Message.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import {
  freshChannel,
  freshName,
  never,
  numbered,
  publishAll,
  publishTexts,
  read,
  textsOf
} from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

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

/** The server's clock may be another than ours. **Units**: µs. */
const skewMicros = 5_000_000

const messageOfByte = (byte: number): Message => ({
  data: new Uint8Array([byte]),
  attributes: {},
  orderingKey: ""
})
