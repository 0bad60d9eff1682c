import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import {
  freshChannel,
  numbered,
  progressOf,
  publishTexts,
  read,
  textsOf
} from "../../../src/testing/SubscriptionReader.ts"
import { testClock as clock } from "../../../src/testing/SuiteClock.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

const millisSince = (start: number) => Effect.map(Clock.currentTimeMillis, (now) => now - start)

describe("the flow of the embedded Pub/Sub", () => {
  it.effect("[G6] a large message is not overtaken for ever by small ones that still fit", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, ["m-1"], 100)
      yield* publishTexts(topic, ["big"], 50_000)
      yield* publishTexts(topic, numbered(9).slice(1), 100)
      const reader = yield* read(clock, subscription, { bytes: 1_000 })
      yield* reader.ack(yield* reader.awaitReceived(1))
      assert.deepStrictEqual(textsOf((yield* reader.awaitReceived(2)).slice(0, 2)), ["big", "m-1"])
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("a place is filled as soon as it is free", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(20))
      const reader = yield* read(clock, subscription, { messages: 1 })
      const start = yield* Clock.currentTimeMillis
      for (let settled = 0; settled < 20; settled++) {
        yield* reader.ack((yield* reader.awaitReceived(settled + 1)).slice(settled))
      }
      assert.isBelow(yield* millisSince(start), 1_000)
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("what was released and what is new take turns", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(9))
      const reader = yield* read(clock, subscription, { messages: 1 })
      yield* reader.release(yield* reader.awaitReceived(1))
      for (let settled = 1; settled < 10; settled++) {
        const received = yield* reader.awaitReceived(settled + 1)
        yield* reader.release(received.slice(settled))
      }
      const again = reader.received.filter(({ deliveryAttempt }) => deliveryAttempt > 1)
      assert.strictEqual(again.length, 5)
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G5] a reader that is busy with a batch is not quiet", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const reader = yield* read(clock, subscription, { messages: 1 })
      yield* publishTexts(topic, numbered(2))
      yield* reader.awaitReceived(1)
      yield* clock.pass(Duration.seconds(5))
      assert.strictEqual((yield* progressOf(reader)).quietMillis, 0)
      assert.strictEqual(reader.received.length, 1)
    }).pipe(Effect.provide(embeddedPorts()))
  )
})
