/** Part of the Pub/Sub suite: limits on what is outstanding, and quiet. */
import { assert } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import {
  freshChannel,
  messageOf,
  numbered,
  progressOf,
  publishAll,
  publishTexts,
  type Reader,
  read,
  textsOf
} from "./SubscriptionReader.ts"
import type { SuiteClock } from "./SuiteClock.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const flowTests = ({ it, clock }: SuiteContext): void => {
  it.effect("[G6] never more messages are outstanding than the limit, and all arrive in the end", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(40))
      const reader = yield* read(clock, subscription, { messages: 7 })
      yield* reader.awaitReceived(7)
      assert.strictEqual((yield* reader.open.status).held, 7)
      yield* ackOneByOne(clock, reader, 40)
      assert.deepStrictEqual(textsOf(reader.received), numbered(40))
      assert.isAtMost(reader.most.messages, 7)
    })
  )

  it.effect("[G6] never more bytes are outstanding than the limit, and all arrive in the end", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(20), 1_000)
      const reader = yield* read(clock, subscription, { bytes: 4_500 })
      yield* ackOneByOne(clock, reader, 20)
      assert.deepStrictEqual(textsOf(reader.received), numbered(20))
      assert.isAtMost(reader.most.bytes, 4_500)
    })
  )

  it.effect("[G6] a message larger than the limit on bytes arrives, alone", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishAll(topic, [
        ...numbered(5).map((text) => messageOf(text, 100)),
        messageOf("big", 50_000),
        ...numbered(10)
          .slice(5)
          .map((text) => messageOf(`${text}-later`, 100))
      ])
      const reader = yield* read(clock, subscription, { bytes: 1_000 })
      yield* ackOneByOne(clock, reader, 11)
      assert.include(textsOf(reader.received), "big")
      assert.strictEqual(reader.most.bytes, 50_000)
    })
  )

  it.effect("[G6] the limit on messages can be raised while they are read", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(6))
      const reader = yield* read(clock, subscription, { messages: 2 })
      yield* reader.awaitReceived(2)
      yield* reader.open.limitOutstanding(5)
      yield* reader.awaitReceived(5)
      assert.strictEqual((yield* reader.open.status).held, 5)
      assert.strictEqual(reader.most.messages, 5)
      yield* reader.ack(reader.received)
      yield* reader.awaitReceived(6)
    })
  )

  it.effect("[G5] what is set aside frees its place, stays held, and can be settled", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(6))
      const reader = yield* read(clock, subscription, { messages: 2 })
      for (const count of [2, 4, 6]) yield* reader.open.setAside(yield* reader.awaitReceived(count))
      assert.deepStrictEqual(textsOf(reader.received), numbered(6))
      assert.strictEqual((yield* reader.open.status).held, 6)
      assert.deepStrictEqual(yield* reader.ack(reader.received), { done: 6, lost: [] })
      assert.strictEqual((yield* reader.open.status).held, 0)
      yield* publishTexts(topic, numbered(9).slice(-3))
      yield* reader.awaitReceived(8)
      assert.strictEqual((yield* reader.open.status).held, 2)
    })
  )

  it.effect(
    "[G5] quiet grows while the subscription is open, has credit and is silent, and starts again after",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        const reader = yield* read(clock, subscription, { messages: 1 })
        const quiet = Effect.map(progressOf(reader), ({ quietMillis }) => quietMillis)
        yield* clock.eventually(
          "quiet on an empty subscription",
          Effect.map(quiet, (millis) => millis >= 300)
        )
        const { connected, trouble } = yield* reader.open.status
        assert.deepStrictEqual({ connected, trouble }, { connected: true, trouble: "" })
        yield* publishTexts(topic, ["m-1"])
        yield* reader.awaitReceived(1)
        assert.strictEqual(yield* quiet, 0)
        yield* clock.pass(Duration.millis(400))
        assert.strictEqual(yield* quiet, 0)
        const settledAt = yield* Clock.currentTimeMillis
        yield* reader.ack(reader.received)
        yield* clock.eventually(
          "quiet again",
          Effect.map(quiet, (millis) => millis > 0)
        )
        const elapsed = (yield* Clock.currentTimeMillis) - settledAt
        assert.isAtMost(yield* quiet, elapsed + clockGranularityMillis)
        yield* reader.open.stop
        yield* reader.end
        assert.strictEqual(yield* quiet, 0)
      })
  )
}

/** The wall clock and the monotonic one are rounded apart. */
const clockGranularityMillis = 50

/** Acknowledges one delivery at a time until so many were received, so that the limits are reached all the while. */
const ackOneByOne = (clock: SuiteClock, reader: Reader, count: number) =>
  Effect.gen(function* () {
    for (let settled = 0; settled < count; settled++) {
      yield* reader.awaitReceived(settled + 1)
      const next = reader.received[settled]
      if (next === undefined) return yield* Effect.die(new Error("awaited and not there"))
      assert.deepStrictEqual(yield* reader.ack([next]), { done: 1, lost: [] })
    }
    yield* clock.eventually(
      "nothing in hand",
      Effect.sync(() => reader.inHand.size === 0)
    )
  })
