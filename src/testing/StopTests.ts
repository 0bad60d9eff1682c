/** Part of the Pub/Sub suite: what becomes of deliveries when intake stops and when the subscription is closed. */
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { leaseSeconds } from "../pubsub/Limits.ts"
import { freshChannel, numbered, publishTexts, read, reading, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const stopTests = ({ it, clock }: SuiteContext): void => {
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
}

const leaseMillis = leaseSeconds * 1_000
