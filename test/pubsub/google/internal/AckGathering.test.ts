/** When acknowledgements wait for others to share a request, and when they do not. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { AckGathering } from "../../../../src/pubsub/google/internal/AckGathering.ts"
import {
  ackGatherCallers,
  ackGatherMax,
  ackGatherMillis,
  settleDelayMillis
} from "../../../../src/pubsub/Limits.ts"
import { answered, batch, holding, onTheWire, type SubscriberOptions } from "../ScriptedSubscriber.ts"

/** Holds deliveries of a subscription whose acknowledgements may wait for others. */
const gathering = (count: number, options: SubscriberOptions = {}) =>
  holding(count, {
    ...options,
    options: { ...options.options, settle: { gather: Duration.millis(ackGatherMillis) } }
  })

const oneStream: SubscriberOptions = { options: { streams: { count: 1 } } }

/** Lets so many milliseconds pass, and what was sent arrive. */
const passed = (millis: number) => Effect.andThen(TestClock.adjust(Duration.millis(millis)), onTheWire)

/** Four acknowledgements that wait for others, where ten deliveries may be outstanding. */
const fourWaiting = Effect.gen(function* () {
  const held = yield* gathering(4, { messages: 10, ...oneStream })
  yield* Effect.forkChild(held.open.ack(held.received))
  yield* passed(settleDelayMillis)
  assert.deepStrictEqual(held.server.acknowledged, [])
  return held
})

describe("acknowledgements that are few", () => {
  it.effect("[G1] wait for others up to a limit, and share one request, whose answer each caller gets", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* gathering(20)
      const first = yield* Effect.forkChild(open.ack(received.slice(0, 10)))
      yield* passed(ackGatherMillis / 2)
      const second = yield* Effect.forkChild(open.ack(received.slice(10)))
      yield* passed(ackGatherMillis / 2 - 1)
      assert.deepStrictEqual(server.acknowledged, [])
      assert.isUndefined(first.pollUnsafe())
      yield* passed(1)
      assert.deepStrictEqual(
        server.acknowledged.map((ids) => ids.length),
        [20]
      )
      assert.isDefined(first.pollUnsafe())
      assert.isDefined(second.pollUnsafe())
      assert.strictEqual((yield* open.status).acked, 20)
    })
  )

  it.effect("[G8] are sent at once when the subscription is stopped, and wait no longer after that", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* gathering(20)
      yield* Effect.forkChild(open.ack(received.slice(0, 10)))
      yield* passed(settleDelayMillis)
      assert.deepStrictEqual(server.acknowledged, [])
      yield* open.stop
      yield* onTheWire
      assert.strictEqual(server.acknowledged.length, 1)
      yield* Effect.forkChild(open.ack(received.slice(10)))
      yield* passed(settleDelayMillis)
      assert.strictEqual(server.acknowledged.length, 2)
    })
  )

  it.effect("go at once when they are few no more, be it deliveries or callers", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* gathering(ackGatherMax + ackGatherCallers)
      yield* Effect.forkChild(open.ack(received.slice(0, 1)))
      yield* onTheWire
      yield* Effect.forkChild(open.ack(received.slice(1, ackGatherMax)))
      yield* onTheWire
      assert.strictEqual(server.acknowledged.length, 1)
      for (const delivery of received.slice(ackGatherMax)) yield* Effect.forkChild(open.ack([delivery]))
      yield* onTheWire
      assert.strictEqual(server.acknowledged.length, 2)
      assert.strictEqual((yield* open.status).held, 0)
    })
  )

  it.effect("[G4] do not wait while half of what may be outstanding is taken", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* gathering(6, { messages: 10, ...oneStream })
      yield* Effect.forkChild(open.ack(received))
      yield* passed(settleDelayMillis)
      assert.strictEqual(server.acknowledged.length, 1)
    })
  )

  it.effect("[G4] are sent at once when something arrives that finds no room", () =>
    Effect.gen(function* () {
      const { server, received } = yield* fourWaiting
      server.streams[0]?.send(batch("n", 10))
      yield* onTheWire
      assert.strictEqual(server.acknowledged.length, 1)
      assert.strictEqual(received.length, 14)
    })
  )

  it.effect("[G4] are sent at once when something confirmed finds no room", () =>
    Effect.gen(function* () {
      const { server } = yield* fourWaiting
      server.streams[0]?.send(batch("n", 10), { exactlyOnceDeliveryEnabled: true })
      yield* onTheWire
      assert.strictEqual(server.acknowledged.length, 1)
    })
  )

  it.effect(
    "[G4] do not wait while half of a stream's share is taken, which is all that the service counts",
    () =>
      Effect.gen(function* () {
        const { server, open, received } = yield* gathering(2, { messages: 10 })
        yield* Effect.forkChild(open.ack(received))
        yield* passed(settleDelayMillis)
        assert.strictEqual(server.acknowledged.length, 1)
      })
  )

  it("[G4] do not wait while something is parked", () => {
    const options = { ackGatherMillis, settleDelayMillis, streams: 1 }
    const room = { share: 0.1, maxMessages: 10, isFull: false, isHalfEmpty: true }
    const isFew = (hasParked: boolean) =>
      new AckGathering(options, { hasParked, room, keepsOrder: false }, () => {}).isFew(1)
    assert.deepStrictEqual([false, true].map(isFew), [true, false])
  })

  it.effect("[G2] do not wait where order is kept: the next of a key waits for them", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* gathering(1)
      server.streams[0]?.send(batch("k", 2, "key"), { messageOrderingEnabled: true })
      yield* onTheWire
      assert.strictEqual(received.length, 2)
      yield* Effect.forkChild(open.ack(received))
      yield* passed(settleDelayMillis)
      assert.strictEqual(server.acknowledged.length, 1)
      assert.strictEqual(received.length, 3)
    })
  )

  it.effect("a release among them sends them too", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* gathering(2)
      yield* Effect.forkChild(open.ack(received.slice(0, 1)))
      yield* passed(settleDelayMillis)
      yield* answered(open.release(received.slice(1)))
      assert.strictEqual(server.acknowledged.length, 1)
    })
  )
})
