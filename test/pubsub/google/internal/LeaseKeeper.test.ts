/** How the subscriber keeps leases. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { leaseSeconds, leaseTotalMinutes } from "../../../../src/pubsub/Limits.ts"
import { lostAs } from "../../../../src/testing/SubscriptionReader.ts"
import { answered, batch, holding, later, onTheWire, subscriber, until } from "../ScriptedSubscriber.ts"

describe("leases on a scripted server", () => {
  it.effect("leases of thousands of held deliveries are kept by a few requests", () =>
    Effect.gen(function* () {
      const { server, open } = yield* holding(5_000)
      for (let second = 0; second < 30; second++) {
        yield* later(1)
        yield* onTheWire
      }
      const extended = new Map<string, number>()
      for (const { seconds, ackIds } of server.leaseChanges) {
        assert.strictEqual(seconds, leaseSeconds)
        for (const ackId of ackIds) extended.set(ackId, (extended.get(ackId) ?? 0) + 1)
      }
      assert.strictEqual(extended.size, 5_000)
      for (const times of extended.values()) assert.isAtLeast(times, 30 / leaseSeconds)
      assert.isAtMost(server.leaseChanges.length, 30)
      assert.strictEqual((yield* open.status).held, 5_000)
    })
  )

  it.effect("what came beyond the limits, and nobody was handed, is leased too", () =>
    Effect.gen(function* () {
      const { server, received } = yield* subscriber({ messages: 1 })
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send(batch("m", 4))
      yield* until("a lease", () => server.leaseChanges.length > 0)
      assert.deepStrictEqual(server.leaseChanges[0]?.ackIds, ["m-1", "m-2", "m-3", "m-4"])
      assert.strictEqual(received.length, 1)
    })
  )

  it.effect("after 60 minutes a delivery is given up: released, counted, never settled later", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(2)
      yield* later(leaseTotalMinutes * 60)
      yield* until("the release", () => server.leaseChanges.some(({ seconds }) => seconds === 0))
      assert.deepStrictEqual(received.map(open.isHeld), [false, false])
      assert.deepStrictEqual(yield* answered(open.ack(received)), {
        done: 0,
        lost: lostAs("lease-lost", received)
      })
      assert.deepStrictEqual(server.acknowledged, [])
      const { held, leasesLost } = yield* open.status
      assert.deepStrictEqual({ held, leasesLost }, { held: 0, leasesLost: 2 })
    })
  )

  it.effect("a lease that the server says is gone is given up and counted", () =>
    Effect.gen(function* () {
      const { open, received } = yield* holding(2, {
        script: {
          changeLease: () => ({
            code: 9,
            details: "one failed",
            ackIds: { "m-1": "PERMANENT_FAILURE_INVALID_ACK_ID" }
          })
        }
      })
      yield* until("one lost", () => received.filter(open.isHeld).length === 1)
      const { held, leasesLost } = yield* open.status
      assert.deepStrictEqual({ held, leasesLost }, { held: 1, leasesLost: 1 })
    })
  )

  it.effect("[G3] one id that the server refuses costs no neighbour its lease", () =>
    Effect.gen(function* () {
      const { server, open } = yield* holding(2_500, {
        script: {
          changeLease: (ids) => (ids.includes("m-1234") ? { code: 3, details: "malformed id" } : undefined)
        }
      })
      yield* until("one lost", () => server.leaseChanges.some(({ ackIds }) => ackIds.length === 1))
      yield* onTheWire
      const extended = new Set(
        server.leaseChanges.filter(({ ackIds }) => !ackIds.includes("m-1234")).flatMap(({ ackIds }) => ackIds)
      )
      assert.strictEqual(extended.size, 2_499)
      const { held, leasesLost } = yield* open.status
      assert.deepStrictEqual({ held, leasesLost }, { held: 2_499, leasesLost: 1 })
      assert.isAtMost(server.leaseChanges.length, 2 * Math.ceil(Math.log2(2_500)) + 1)
    })
  )

  it.effect.each([
    [5, "not found"],
    [7, "permission denied"]
  ] as const)("status %i, %s, concerns every id: the request is not divided", ([code, details]) =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(64, {
        script: { acknowledge: () => ({ code, details }) }
      })
      assert.deepStrictEqual(yield* answered(open.ack(received)), {
        done: 0,
        lost: lostAs("refused", received)
      })
      assert.strictEqual(server.acknowledged.length, 1)
    })
  )

  it.effect("[G4] requests that get no answer let no lease run out, be it theirs or a neighbour's", () =>
    Effect.gen(function* () {
      let isCold = false
      const leasedUntil = new Map<string, number>()
      const lapsed: Array<string> = []
      const clock = yield* Clock.Clock
      const seconds = () => clock.currentTimeMillisUnsafe() / 1000
      const { server, open } = yield* subscriber({
        script: {
          changeLease: (ids) => {
            for (const id of ids) if (seconds() > (leasedUntil.get(id) ?? 0)) lapsed.push(id)
            isCold = !isCold
            if (isCold) return "silence"
            for (const id of ids) leasedUntil.set(id, seconds() + leaseSeconds)
            return undefined
          }
        }
      })
      yield* until("the streams", () => server.streams.length === 4)
      for (const prefix of ["a", "b", "c", "d", "e"]) {
        const sent = batch(prefix, 3)
        for (const { ackId } of sent) leasedUntil.set(ackId, seconds() + leaseSeconds)
        server.streams[0]?.send(sent)
        yield* onTheWire
        yield* later(0.7)
      }
      for (let moment = 0; moment < 60; moment++) {
        yield* later(0.4)
        yield* onTheWire
      }
      // Closing would wait for answers by a clock that stands still.
      server.script = {}
      assert.deepStrictEqual(lapsed, [])
      for (const until of leasedUntil.values()) assert.isAbove(until, seconds())
      assert.strictEqual((yield* open.status).leasesLost, 0)
    })
  )
})
