/** How the subscriber keeps the order of keys. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { answered, batch, subscriber, until } from "./ScriptedSubscriber.ts"

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
})
