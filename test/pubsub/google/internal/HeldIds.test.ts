/** How the subscriber holds deliveries by their ids. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Scope } from "effect"
import {
  ackRequestMaxIds,
  heldIdsExtendSeconds,
  heldIdsLeaseSeconds,
  leaseSeconds
} from "../../../../src/pubsub/Limits.ts"
import type { ScriptedPubSub } from "../../../support/ScriptedPubSub.ts"
import {
  answered,
  batch,
  holding,
  later,
  onTheWire,
  subscriber,
  unavailable,
  until
} from "../ScriptedSubscriber.ts"

describe("ids held on a scripted server", () => {
  it.effect("[G6] the leases of thousands of ids are kept by requests of 2,500, far less often", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(6_000)
      const ids = yield* open.heldIds.hold(received)
      const before = server.leaseChanges.length
      yield* seconds(2 * heldIdsExtendSeconds + 5)
      const extensions = extensionsOf(server).slice(before)
      for (const { ackIds } of extensions) assert.isAtMost(ackIds.length, ackRequestMaxIds)
      const times = new Map<string, number>()
      for (const ackId of extensions.flatMap(({ ackIds }) => ackIds))
        times.set(ackId, (times.get(ackId) ?? 0) + 1)
      assert.deepStrictEqual(new Set(times.keys()), new Set(ids))
      // At once, because their lease as deliveries is short, and then at each round.
      for (const count of times.values()) assert.isAtLeast(count, 3)
      assert.isAtMost(extensions.length, 12)
    })
  )

  it.effect("[G6] no more ids are held than the bound: beyond it the call fails, and changes nothing", () =>
    Effect.gen(function* () {
      const { open, received } = yield* holding(3, { options: { heldIds: { max: 2 } } })
      const error = yield* Effect.flip(open.heldIds.hold(received))
      assert.deepInclude(error, { _tag: "TooManyHeldIds", max: 2, held: 0, asked: 3 })
      assert.isTrue(received.every(open.isHeld))
      yield* open.heldIds.hold(received.slice(0, 2))
      assert.strictEqual(yield* open.heldIds.count, 2)
    })
  )

  it.effect("[G3] an id whose lease the server has ended is lost, counted, and costs no neighbour", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(3)
      const ids = yield* open.heldIds.hold(received)
      server.script.changeLease = () => ({
        code: 9,
        details: "one failed",
        ackIds: { "m-2": "PERMANENT_FAILURE_INVALID_ACK_ID" }
      })
      yield* seconds(2)
      server.script = {}
      assert.strictEqual(yield* open.heldIds.count, 2)
      const { held, leasesLost, lost } = yield* open.status
      assert.deepStrictEqual([held, leasesLost, lost], [2, 1, 1])
      assert.deepStrictEqual(yield* answered(open.heldIds.ack(ids)), {
        done: 2,
        lost: [{ ackId: "m-2", reason: "lease-lost" }]
      })
    })
  )

  it.effect("[G4] an extension that fails for a moment is asked for again, long before the lease ends", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(1)
      yield* open.heldIds.hold(received)
      server.script.changeLease = () => unavailable
      yield* seconds(1)
      yield* until("the extension", () => extensionsOf(server).length > 0)
      const before = extensionsOf(server).length
      // Well before the next round.
      yield* seconds(6)
      // Closing would wait for answers by a clock that stands still.
      server.script = {}
      assert.isAbove(extensionsOf(server).length, before)
    })
  )

  it.effect(
    "[G6] an extension that was on its way when the ids became held shortens no lease unnoticed",
    () =>
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const now = () => clock.currentTimeMillisUnsafe() / 1_000
        const leasedUntil = new Map<string, number>()
        const lapsed: Array<string> = []
        const lease = (ackIds: ReadonlyArray<string>, length: number) => {
          for (const ackId of ackIds) leasedUntil.set(ackId, now() + length)
        }
        const { server, open, received } = yield* holding(3)
        lease(["m-1", "m-2", "m-3"], leaseSeconds)
        const before = server.leaseChanges.length
        let isOnItsWay = true
        server.script.changeLease = (ackIds, length) => {
          for (const ackId of ackIds) if (now() > (leasedUntil.get(ackId) ?? 0)) lapsed.push(ackId)
          if (length === leaseSeconds && isOnItsWay) return "silence"
          lease(ackIds, length)
          return undefined
        }
        yield* until("the extension of the deliveries", () => server.leaseChanges.length > before)
        yield* open.heldIds.hold(received)
        yield* until("the extension of the ids", () => extensionsOf(server).length > 0)
        yield* onTheWire
        // It takes the way's time, and is carried out after the other.
        isOnItsWay = false
        lease(["m-1", "m-2", "m-3"], leaseSeconds)
        server.answerAll()
        yield* seconds(2 * heldIdsExtendSeconds)
        server.script = {}
        assert.deepStrictEqual(lapsed, [])
        for (const until of leasedUntil.values()) assert.isAbove(until, now())
      })
  )

  it.effect("a refused id and one without an answer say so", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(2, { options: { settle: { retryFor: 0 } } })
      const ids = yield* open.heldIds.hold(received)
      server.script.acknowledge = (ackIds) =>
        ackIds.includes("m-1") ? { code: 7, details: "no" } : { code: 14, details: "away" }
      assert.deepStrictEqual((yield* answered(open.heldIds.ack(ids.slice(0, 1)))).lost, [
        { ackId: "m-1", reason: "refused" }
      ])
      assert.deepStrictEqual((yield* answered(open.heldIds.ack(ids.slice(1)))).lost, [
        { ackId: "m-2", reason: "unanswered" }
      ])
      const { held, lost } = yield* open.status
      assert.deepStrictEqual([held, lost], [0, 2])
    })
  )

  it.effect("[G8] closing releases all that is held by id, in the requests that release deliveries", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { server, open, received } = yield* Scope.provide(holding(5_000), scope)
      yield* open.heldIds.hold(received.slice(0, 4_000))
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
      const released = server.leaseChanges
        .filter(({ seconds }) => seconds === 0)
        .flatMap(({ ackIds }) => ackIds)
      assert.deepStrictEqual(new Set(released), new Set(received.map(({ ackId }) => ackId)))
      const { held, released: count } = yield* open.status
      assert.deepStrictEqual([held, count], [0, 5_000])
    })
  )

  it.effect("with ordering, an id lets the next delivery of its key go on", () =>
    Effect.gen(function* () {
      const { server, open, received, ids } = yield* subscriber()
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send(batch("a", 2, "A"), { messageOrderingEnabled: true })
      yield* until("the first", () => ids().length === 1)
      yield* open.heldIds.hold(received)
      yield* until("the second", () => ids().length === 2)
    })
  )

  it.effect("a stream charged with many ids is replaced, and read out although reading is paused", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* subscriber({ messages: 4 })
      yield* until("the streams", () => server.streams.length === 4)
      const [stream] = server.streams
      stream?.send(batch("m", 4))
      yield* until("the deliveries", () => received.length === 4)
      // Still on the wire when its stream is retired, and more than there is room for.
      for (let index = 0; index < 6; index++) stream?.send(batch(`late${index}`, 1))
      yield* open.heldIds.hold(received)
      yield* until("its end", () => stream?.isLeft === true)
      yield* until("a lease for each", () => {
        const known = new Set(server.leaseChanges.flatMap(({ ackIds }) => ackIds))
        return [0, 1, 2, 3, 4, 5].every((index) => known.has(`late${index}-1`))
      })
    })
  )
})

const extensionsOf = (server: ScriptedPubSub) =>
  server.leaseChanges.filter(({ seconds }) => seconds === heldIdsLeaseSeconds)

/** Lets seconds pass one by one, with the wire's moments in between. */
const seconds = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.andThen(later(1), onTheWire), { discard: true })
