/** How the subscriber settles, and closes. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { ackRequestMaxIds, leaseSeconds, settleTimeoutSeconds } from "../../../../src/pubsub/Limits.ts"
import { lostAs } from "../../../../src/testing/SubscriptionReader.ts"
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

describe("settling on a scripted server", () => {
  it.effect("[G1] acknowledgements of one moment share a request, and each caller waits for its answer", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(30)
      const settled = yield* answered(
        Effect.forEach([0, 10, 20], (start) => open.ack(received.slice(start, start + 10)), {
          concurrency: "unbounded"
        })
      )
      assert.deepStrictEqual(settled, Array(3).fill({ done: 10, lost: [] }))
      assert.strictEqual(server.acknowledged.length, 1)
    })
  )

  it.effect("no request carries more ids than the service takes", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(6_000)
      assert.deepStrictEqual(yield* answered(open.ack(received)), { done: 6_000, lost: [] })
      assert.isAtLeast(server.acknowledged.length, 3)
      for (const ids of server.acknowledged) assert.isAtMost(ids.length, ackRequestMaxIds)
    })
  )

  it.effect("[G1] an acknowledgement that fails for a while is repeated, and then done", () =>
    Effect.gen(function* () {
      let failures = 0
      const { open, received } = yield* holding(3, {
        script: { acknowledge: () => (failures++ < 4 ? unavailable : undefined) }
      })
      assert.deepStrictEqual(yield* answered(open.ack(received)), { done: 3, lost: [] })
    })
  )

  it.effect("[G1] an acknowledgement that keeps failing is reported as lost, and not tried for ever", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(2, { script: { acknowledge: () => unavailable } })
      const settling = yield* Effect.forkChild(open.ack(received))
      for (let second = 0; second <= settleTimeoutSeconds + 10; second++) {
        yield* later(1)
        yield* onTheWire
      }
      yield* until("the answer", () => settling.pollUnsafe() !== undefined)
      assert.deepStrictEqual(yield* Fiber.join(settling), { done: 0, lost: lostAs("unanswered", received) })
      const tries = server.acknowledged.length
      yield* later(60)
      yield* onTheWire
      assert.strictEqual(server.acknowledged.length, tries)
      assert.strictEqual((yield* open.status).held, 0)
    })
  )

  it.effect("[G3] an id that the server refuses costs only itself", () =>
    Effect.gen(function* () {
      const { open, received } = yield* holding(100, {
        script: {
          acknowledge: (ids) => (ids.includes("m-42") ? { code: 3, details: "malformed id" } : undefined)
        }
      })
      const settled = yield* answered(open.ack(received))
      assert.strictEqual(settled.done, 99)
      assert.deepStrictEqual(
        settled.lost.map(({ delivery, reason }) => [delivery.ackId, reason]),
        [["m-42", "refused"]]
      )
    })
  )

  it.effect("exactly once: permanent failures are lost, transient ones repeated, the rest done", () =>
    Effect.gen(function* () {
      let requests = 0
      const { server, open, received } = yield* holding(4, {
        script: {
          acknowledge: () => {
            if (requests++ > 0) return undefined
            return {
              code: 9,
              details: "some ids failed",
              ackIds: {
                "m-2": "PERMANENT_FAILURE_INVALID_ACK_ID",
                "m-3": "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE"
              }
            }
          }
        }
      })
      const settled = yield* answered(open.ack(received))
      assert.strictEqual(settled.done, 3)
      assert.deepStrictEqual(
        settled.lost.map(({ delivery, reason }) => [delivery.ackId, reason]),
        [["m-2", "lease-lost"]]
      )
      const { lost, leasesLost } = yield* open.status
      assert.deepStrictEqual({ lost, leasesLost }, { lost: 1, leasesLost: 1 })
      assert.deepStrictEqual(server.acknowledged[1], ["m-3"])
    })
  )

  it.effect("exactly once: a delivery is handed over only when its receipt is confirmed", () =>
    Effect.gen(function* () {
      let isConfirming = false
      const { server, open, ids } = yield* subscriber({
        script: {
          changeLease: () => {
            if (!isConfirming) return unavailable
            return {
              code: 9,
              details: "one failed",
              ackIds: { "m-2": "PERMANENT_FAILURE_INVALID_ACK_ID" }
            }
          }
        }
      })
      yield* until("a stream", () => server.streams.length > 0)
      server.streams[0]?.send(batch("m", 3), { exactlyOnceDeliveryEnabled: true })
      yield* until("a try to confirm", () => server.leaseChanges.length > 0)
      assert.deepStrictEqual(ids(), [])
      isConfirming = true
      yield* until("the confirmed deliveries", () => ids().length === 2)
      yield* onTheWire
      assert.deepStrictEqual(ids(), ["m-1", "m-3"])
      assert.deepStrictEqual(server.leaseChanges.at(-1), {
        seconds: leaseSeconds,
        ackIds: ["m-1", "m-2", "m-3"]
      })
      assert.strictEqual((yield* open.status).leasesLost, 0)
    })
  )

  it.effect("a release is a deadline of 0, and a delayed one a deadline of that many seconds", () =>
    Effect.gen(function* () {
      const { server, open, received } = yield* holding(2)
      const [first, second] = received
      assert.deepStrictEqual(yield* answered(open.release(first ? [first] : [])), { done: 1, lost: [] })
      assert.deepStrictEqual(yield* answered(open.release(second ? [second] : [], Duration.minutes(5))), {
        done: 1,
        lost: []
      })
      yield* later(60)
      yield* onTheWire
      assert.deepStrictEqual(
        server.leaseChanges.filter(({ seconds }) => seconds !== leaseSeconds),
        [
          { seconds: 0, ackIds: ["m-1"] },
          { seconds: 300, ackIds: ["m-2"] }
        ]
      )
      assert.strictEqual((yield* open.status).held, 0)
    })
  )
})
