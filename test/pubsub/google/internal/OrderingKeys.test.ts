/** How the subscriber keeps the order of keys. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { ScriptedPubSub } from "../../../support/ScriptedPubSub.ts"
import { answered, batch, onTheWire, subscriber, until } from "../ScriptedSubscriber.ts"

describe("ordering keys on a scripted server", () => {
  const ordered = { messageOrderingEnabled: true }

  it.effect("deliveries of one key are handed over one after another, and other keys flow on", () =>
    Effect.gen(function* () {
      const { server, open, received, ids } = yield* subscriber()
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send([...batch("a", 3, "A"), ...batch("b", 2, "B"), ...batch("free", 2)], ordered)
      yield* until("the first deliveries", () => ids().length === 4)
      assert.deepStrictEqual(ids(), ["a-1", "b-1", "free-1", "free-2"])
      yield* answered(open.ack(received.slice(0, 1)))
      yield* until("the next of the key", () => ids().length === 5)
      assert.strictEqual(ids()[4], "a-2")
      yield* open.setAside(received.slice(4))
      yield* until("the one after", () => ids().length === 6)
      assert.strictEqual(ids()[5], "a-3")
    })
  )

  it.effect("a released delivery takes the later ones of its key with it", () =>
    Effect.gen(function* () {
      const { server, open, received, ids } = yield* subscriber()
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send([...batch("a", 3, "A"), ...batch("b", 2, "B")], ordered)
      yield* until("the first deliveries", () => ids().length === 2)
      yield* answered(open.release(received.slice(0, 1), Duration.seconds(7)))
      yield* until("all released", () => server.leaseChanges.flatMap(({ ackIds }) => ackIds).includes("a-3"))
      assert.deepStrictEqual(
        server.leaseChanges.filter(({ seconds }) => seconds === 7).flatMap(({ ackIds }) => ackIds),
        ["a-1", "a-2", "a-3"]
      )
      assert.deepStrictEqual(ids(), ["a-1", "b-1"])
      server.streams[0]?.send([{ ackId: "again", orderingKey: "A" }], ordered)
      yield* until("the redelivery", () => ids().includes("again"))
    })
  )

  it.effect("a lost acknowledgement takes the later ones of its key with it", () =>
    Effect.gen(function* () {
      const { server, open, received, ids } = yield* subscriber({
        script: { acknowledge: () => refused }
      })
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send([...batch("a", 3, "A"), ...batch("b", 1, "B")], ordered)
      yield* until("the first deliveries", () => ids().length === 2)
      assert.strictEqual((yield* answered(open.ack(received.slice(0, 1)))).lost.length, 1)
      yield* until("the release", () => released(server).length === 2)
      assert.deepStrictEqual(released(server), ["a-2", "a-3"])
      assert.deepStrictEqual(ids(), ["a-1", "b-1"])
    })
  )

  it.effect("a lease that is lost takes the later ones of its key with it", () =>
    Effect.gen(function* () {
      const { server, ids } = yield* subscriber({ script: { changeLease: refusing("a-1") } })
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send([...batch("a", 3, "A"), ...batch("b", 1, "B")], ordered)
      yield* until("the release", () => released(server).length === 2)
      assert.deepStrictEqual(released(server), ["a-2", "a-3"])
      yield* onTheWire
      assert.deepStrictEqual(ids(), ["a-1", "b-1"])
    })
  )

  it.effect("so does one that is lost while it waits behind its key, but not those before it", () =>
    Effect.gen(function* () {
      const { server, open, received, ids } = yield* subscriber({ script: { changeLease: refusing("a-3") } })
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send([...batch("a", 5, "A")], ordered)
      yield* until("the loss", () => server.leaseChanges.some(({ seconds }) => seconds > 0))
      yield* onTheWire
      server.script = {}
      for (let settled = 0; settled < received.length; settled++) {
        yield* answered(open.ack(received.slice(settled)))
        yield* onTheWire
      }
      assert.deepStrictEqual(ids(), ["a-1", "a-2"])
      assert.deepStrictEqual(released(server), ["a-4", "a-5"])
    })
  )

  it.effect(
    "a receipt that is refused takes the later ones of its key with it, and is not leased again",
    () =>
      Effect.gen(function* () {
        const { server, open, received, ids } = yield* subscriber({
          script: { changeLease: refusing("a-1") }
        })
        yield* until("a stream", () => server.streams.length > 0)
        server.streams[0]?.send([...batch("a", 3, "A"), ...batch("b", 1, "B")], exactlyOnce)
        yield* until("the release", () => released(server).length === 2)
        yield* until("the other key", () => ids().length === 1)
        assert.deepStrictEqual(ids(), ["b-1"])
        assert.deepStrictEqual(released(server), ["a-2", "a-3"])
        // Nobody had it: it is refused once, and not lost later.
        assert.strictEqual((yield* open.status).leasesLost, 0)
        const before = server.leaseChanges.length
        yield* until("two extensions", () => server.leaseChanges.length >= before + 2)
        assert.notInclude(
          server.leaseChanges.slice(before).flatMap(({ ackIds }) => ackIds),
          "a-1"
        )
        server.streams[0]?.send([{ ackId: "again", orderingKey: "A" }], exactlyOnce)
        yield* until("the redelivery", () => ids().includes("again"))
        yield* answered(open.ack(received))
      })
  )

  it.effect("a receipt that is confirmed before an earlier one waits for it, and holds up no other key", () =>
    Effect.gen(function* () {
      let isFirst = true
      const { server, open, received, ids } = yield* subscriber({
        script: {
          changeLease: () => {
            const answer = isFirst ? ("silence" as const) : undefined
            isFirst = false
            return answer
          }
        }
      })
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send(batch("early", 1, "A"), exactlyOnce)
      yield* until("a try to confirm", () => server.leaseChanges.length > 0)
      server.streams[0]?.send([...batch("late", 1, "A"), ...batch("b", 1, "B")], exactlyOnce)
      yield* until("the other key", () => ids().length > 0)
      yield* onTheWire
      assert.deepStrictEqual(ids(), ["b-1"])
      server.answerAll()
      yield* until("the first of the key", () => ids().length > 1)
      yield* answered(open.ack(received.slice(1)))
      yield* until("the second of the key", () => ids().length > 2)
      assert.deepStrictEqual(ids(), ["b-1", "early-1", "late-1"])
    })
  )
})

const exactlyOnce = { messageOrderingEnabled: true, exactlyOnceDeliveryEnabled: true }

const refused = { code: 3, details: "malformed id" }

/** Refuses every request with that id. */
const refusing = (ackId: string) => (ackIds: ReadonlyArray<string>) =>
  ackIds.includes(ackId) ? refused : undefined

const released = (server: ScriptedPubSub): ReadonlyArray<string> =>
  server.leaseChanges.filter(({ seconds }) => seconds === 0).flatMap(({ ackIds }) => ackIds)
