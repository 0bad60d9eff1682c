/** How the subscriber keeps its network streams. Shown by the scripted server only: no emulator does these things on demand. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  heartbeatAnswerSeconds,
  heartbeatSeconds,
  leaseSeconds,
  streamMinBytes
} from "../../../../src/pubsub/Limits.ts"
import type { ScriptedStream } from "../../../support/ScriptedPubSub.ts"
import { batch, later, onTheWire, scriptedName, subscriber, until } from "../ScriptedSubscriber.ts"

describe("streams to a scripted server", () => {
  it.effect("the service gets few streams, which share the limits, and each fits the largest message", () =>
    Effect.gen(function* () {
      const { server } = yield* subscriber({ messages: 1_000, bytes: 20 * 1024 * 1024 })
      yield* until("four streams", () => server.streams.length === 4)
      for (const { request } of server.streams) {
        assert.strictEqual(request.subscription, scriptedName)
        assert.strictEqual(request.streamAckDeadlineSeconds, leaseSeconds)
        assert.strictEqual(Number(request.maxOutstandingMessages), 250)
        assert.strictEqual(Number(request.maxOutstandingBytes), streamMinBytes)
        assert.strictEqual(Number(request.protocolVersion), 1)
      }
      assert.strictEqual(new Set(server.streams.map(({ request }) => request.clientId)).size, 4)
    })
  )

  it.effect("an emulator gets 20 streams, and is not asked to answer heartbeats", () =>
    Effect.gen(function* () {
      const { server } = yield* subscriber({ isEmulator: true })
      yield* until("twenty streams", () => server.streams.length === 20)
      for (const { request } of server.streams) assert.strictEqual(Number(request.protocolVersion), 0)
    })
  )

  it.effect.each([1, 2, 4, 8, 10, 13, 14, 15, 77])(
    "a stream that ends with status %i is opened again",
    (code) =>
      Effect.gen(function* () {
        let refusals = 0
        const { server, open, ids } = yield* subscriber({
          messages: 1,
          script: {
            opened: (stream) => {
              if (refusals++ < 3) stream.fail({ code, details: "scripted" })
              else stream.send([{ ackId: "m-1" }])
            }
          }
        })
        yield* until("the delivery", () => ids().length === 1)
        assert.strictEqual(server.streams.length, 4)
        assert.isTrue((yield* open.status).connected)
      })
  )

  it.effect.each([
    [3, "RequestRejected"],
    [5, "ResourceMissing"],
    [7, "AccessDenied"],
    [9, "RequestRejected"],
    [11, "RequestRejected"],
    [12, "RequestRejected"],
    [16, "CredentialsRefused"]
  ] as const)(
    "a stream that ends with status %i fails the deliveries with %s, naming the subscription",
    ([code, tag]) =>
      Effect.gen(function* () {
        const { end } = yield* subscriber({
          script: { opened: (stream) => stream.fail({ code, details: "scripted" }) }
        })
        const error = yield* Effect.flip(end)
        assert.strictEqual(error.reason._tag, tag)
        assert.strictEqual(error.resource, scriptedName)
        assert.include(error.message, scriptedName)
      })
  )

  it.effect("a stream that the server recycles after deliveries is opened again at once", () =>
    Effect.gen(function* () {
      const { server, ids } = yield* subscriber({ messages: 1 })
      yield* until("the first stream", () => server.streams.length === 1)
      server.streams[0]?.send([{ ackId: "m-1" }])
      yield* until("the first delivery", () => ids().length === 1)
      server.streams[0]?.end()
      // The clock stands still: whatever had to wait would never happen.
      for (let step = 0; step < 20 && server.streams.length < 2; step++) yield* onTheWire
      assert.strictEqual(server.streams.length, 2)
    })
  )

  it.effect(
    "a server that ends every stream at once is asked less and less often, and at least every 6 s",
    () =>
      Effect.gen(function* () {
        const { server, open } = yield* subscriber({
          messages: 1,
          script: { opened: (stream) => stream.fail({ code: 14, details: "away" }) }
        })
        for (let second = 0; second < 60; second++) {
          yield* later(1)
          yield* onTheWire
        }
        // 0.1 s, 0.2 s … 3.2 s, then 5 s each, 20 % more or less; a refused stream adds no virtual time.
        assert.isAtLeast(server.streams.length, 14)
        assert.isAtMost(server.streams.length, 22)
        const { connected, trouble } = yield* open.status
        assert.isFalse(connected)
        assert.strictEqual(trouble, `pull ${scriptedName}: Pub/Sub does not answer (status 14: away)`)
      })
  )

  it.effect("a stream on which the service leaves a heartbeat unanswered is rebuilt", () =>
    Effect.gen(function* () {
      const { server } = yield* subscriber({ messages: 1 })
      yield* until("the first stream", () => server.streams.length === 1)
      const [stream] = server.streams
      yield* later(heartbeatSeconds)
      yield* until("a heartbeat", () => stream?.beats === 1)
      yield* later(heartbeatAnswerSeconds)
      yield* until("the second stream", () => server.streams.length === 2)
      assert.isTrue(stream?.isLeft)
    })
  )

  it.effect("a stream on which the service answers heartbeats, and says nothing else, is kept", () =>
    Effect.gen(function* () {
      const { server } = yield* subscriber({ messages: 1 })
      yield* until("the first stream", () => server.streams.length === 1)
      for (let round = 1; round <= 5; round++) {
        yield* later(heartbeatSeconds)
        yield* until("a heartbeat", () => server.streams[0]?.beats === round)
        server.streams[0]?.send([])
        yield* onTheWire
        yield* later(heartbeatAnswerSeconds)
      }
      assert.strictEqual(server.streams.length, 1)
    })
  )

  it.effect("a stream of an emulator, which answers no heartbeat, is kept", () =>
    Effect.gen(function* () {
      const { server } = yield* subscriber({ messages: 1, isEmulator: true })
      yield* until("the first stream", () => server.streams.length === 1)
      for (let round = 1; round <= 5; round++) {
        yield* later(heartbeatSeconds)
        yield* until("a heartbeat", () => (server.streams[0]?.beats ?? 0) >= round)
        yield* later(heartbeatAnswerSeconds)
      }
      yield* onTheWire
      assert.strictEqual(server.streams.length, 1)
    })
  )

  it.effect("[G6] while the limits are reached nothing is read from the network, and all arrives later", () =>
    Effect.gen(function* () {
      const large = (index: number) => ({ ackId: `m-${index}`, text: "x".repeat(400_000) })
      const { server, open, received } = yield* subscriber({ messages: 1 })
      yield* until("the stream", () => server.streams.length === 1)
      const stream = server.streams[0] as ScriptedStream
      for (let index = 0; index < 50; index++) stream.send([large(index)])
      yield* until("the first delivery", () => received.length === 1)
      yield* onTheWire
      assert.isBelow(stream.flushed, 25)
      for (let settled = 0; settled < 50; settled++) {
        yield* until(`delivery ${settled}`, () => received.length > settled)
        assert.strictEqual(received.length, settled + 1)
        const settling = yield* Effect.forkChild(open.ack(received.slice(settled)))
        yield* until("the answer", () => settling.pollUnsafe() !== undefined)
      }
      assert.strictEqual(stream.flushed, 50)
    })
  )

  it.effect(
    "[G5] a stream half of whose share is set aside is replaced by a fresh one, and loses nothing",
    () =>
      Effect.gen(function* () {
        const { server, open, received } = yield* subscriber({ messages: 8 })
        yield* until("four streams", () => server.streams.length === 4)
        server.streams[0]?.send(batch("m", 1))
        yield* until("the delivery", () => received.length === 1)
        yield* open.setAside(received)
        yield* until("a fresh stream", () => server.streams.length === 5)
        yield* until("the end of the old stream", () => server.streams[0]?.isLeft === true)
        assert.strictEqual((yield* open.status).held, 1)
      })
  )
})
