/** Part of the Pub/Sub suite: what the publisher accepts, and how it answers. */
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { Message } from "../pubsub/Message.ts"
import { maxAttributes, maxRequestBytes, maxRequestMessages } from "../pubsub/MessageLimits.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import { freshChannel, messageOf, numbered, publishAll, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const publishingTests = ({ it, clock }: SuiteContext): void => {
  it.effect(
    "[G3] a message over a limit of Pub/Sub is rejected, and its neighbours in the call are published",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        const illegal: ReadonlyArray<Message> = [
          { ...messageOf("attributes"), attributes: attributes(maxAttributes + 1) },
          { ...messageOf("key"), attributes: { ["k".repeat(257)]: "v" } },
          { ...messageOf("value"), attributes: { k: "v".repeat(1_200) } },
          { ...messageOf("lone surrogate"), attributes: { k: "\ud800" } },
          messageOf("heavy", maxRequestBytes + 1),
          messageOf("")
        ]
        const legal = numbered(illegal.length + 1).map((text) => messageOf(text))
        const mixed = legal.flatMap((message, i) => [message, ...illegal.slice(i, i + 1)])
        const answers = yield* (yield* Publisher).publish(topic, mixed)
        assert.deepStrictEqual(
          answers.map((answer) => (Result.isSuccess(answer) ? "published" : answer.failure.reason._tag)),
          mixed.map((message) => (legal.includes(message) ? "published" : "RequestRejected"))
        )
        const reader = yield* read(clock, subscription)
        assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(legal.length)), textsOf(legal))
        assert.deepStrictEqual(
          reader.received.map(({ messageId }) => messageId).sort(),
          answers
            .filter(Result.isSuccess)
            .map(({ success }) => success)
            .sort()
        )
      })
  )

  it.effect("one call publishes more messages, and more bytes, than one request can carry", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const heavy = Array.from({ length: 3 }, (_, i) =>
        messageOf(`heavy-${i}`, Math.floor(maxRequestBytes * 0.4))
      )
      const light = numbered(maxRequestMessages + 1).map((text) => messageOf(text))
      const ids = yield* publishAll(topic, [...heavy, ...light])
      assert.strictEqual(new Set(ids).size, heavy.length + light.length)
      const reader = yield* read(clock, subscription, { messages: 2_000 })
      const received = yield* reader.awaitReceived(ids.length)
      assert.deepStrictEqual(textsOf(received), textsOf([...heavy, ...light]))
      assert.deepStrictEqual(received.map(({ messageId }) => messageId).sort(), [...ids].sort())
      yield* reader.ack(received)
    })
  )

  it.effect("publishing nothing answers nothing", () =>
    Effect.gen(function* () {
      const { topic } = yield* freshChannel
      assert.deepStrictEqual(yield* (yield* Publisher).publish(topic, []), [])
    })
  )
}

const attributes = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]))
