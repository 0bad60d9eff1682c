import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemorySubscriber } from "../../../src/pubsub/memory/MemorySubscriber.ts"
import {
  freshChannel,
  lostAs,
  numbered,
  progressOf,
  publishTexts,
  read,
  textsOf
} from "../../../src/testing/SubscriptionReader.ts"
import { testClock as clock } from "../../../src/testing/SuiteClock.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

const first = "process-1"

describe("a process of the embedded Pub/Sub that does not read", () => {
  it.effect("finds what was sent meanwhile when it goes on, and its leases at their end", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const reader = yield* read(clock, subscription)
      yield* clock.pass(Duration.seconds(10))
      yield* broker.setFrozen(first, true)
      yield* publishTexts(topic, numbered(2))
      yield* clock.pass(Duration.seconds(leaseSeconds + 1))
      assert.deepStrictEqual(reader.received, [])
      assert.strictEqual((yield* reader.open.status).held, 0)
      yield* broker.setFrozen(first, false)
      const unread = [...(yield* reader.awaitReceived(2)).slice(0, 2)]
      assert.deepStrictEqual(textsOf(unread), numbered(2))
      assert.deepStrictEqual(yield* reader.ack(unread), { done: 0, lost: lostAs("lease-lost", unread) })
      yield* reader.awaitReceived(4)
      assert.deepStrictEqual(yield* reader.ack(reader.received.slice(2)), { done: 2, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G6] is sent no more than its limit allows, however often the server looks", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const reader = yield* read(clock, subscription, { messages: 5 })
      yield* clock.pass(0)
      yield* broker.setFrozen(first, true)
      for (const texts of [numbered(3), numbered(4)]) yield* publishTexts(topic, texts)
      yield* clock.pass(0)
      yield* broker.setFrozen(first, false)
      yield* reader.awaitReceived(3)
      yield* clock.pass(0)
      assert.isAtMost(reader.received.length, 5)
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("counts as quiet up to the moment in which it stopped, until it has read its socket", () =>
    Effect.gen(function* () {
      const { subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const reader = yield* read(clock, subscription)
      yield* clock.pass(Duration.seconds(10))
      yield* broker.setFrozen(first, true)
      yield* clock.pass(Duration.seconds(50))
      assert.strictEqual((yield* progressOf(reader)).quietMillis, 10_000)
      yield* broker.setFrozen(first, false)
      yield* clock.pass(Duration.seconds(1))
      assert.strictEqual((yield* progressOf(reader)).quietMillis, 61_000)
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("is cut off alone, and what was lost on the way to it comes to another after a lease", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const cut = yield* read(clock, subscription)
      yield* clock.pass(0)
      yield* broker.cutOff(first, Duration.seconds(60))
      yield* publishTexts(topic, ["m-1"])
      assert.isFalse((yield* cut.open.status).connected)
      const second = yield* Layer.build(
        MemorySubscriber.layerOf("process-2").pipe(Layer.provide(Layer.succeed(MemoryBroker, broker)))
      )
      const other = yield* Effect.provide(read(clock, subscription), second)
      yield* clock.pass(0)
      assert.isTrue((yield* other.open.status).connected)
      assert.strictEqual((yield* broker.backlog(subscription)).leased, 1)
      yield* clock.pass(Duration.seconds(leaseSeconds - 1))
      assert.deepStrictEqual(other.received, [])
      assert.deepStrictEqual(yield* other.ack(yield* other.awaitReceived(1)), { done: 1, lost: [] })
      yield* broker.cutOff(first, 0)
      yield* publishTexts(topic, ["m-2"])
      yield* clock.pass(Duration.seconds(1))
      assert.strictEqual(cut.received.length + other.received.length, 2)
      assert.isTrue((yield* cut.open.status).connected)
    }).pipe(Effect.provide(embeddedPorts()))
  )
})
