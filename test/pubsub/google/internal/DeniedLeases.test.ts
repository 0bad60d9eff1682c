/** What a refusal of a whole request to extend leases costs. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { leaseCallSeconds, leaseSeconds } from "../../../../src/pubsub/Limits.ts"
import { holding, later, onTheWire, type SubscriberOptions } from "../ScriptedSubscriber.ts"

const count = 64
/** As short as that of deliveries, so that a test need not last longer. */
const options: SubscriberOptions["options"] = { heldIds: { lease: "10 seconds", extendEvery: "3 seconds" } }

const ofDeliveries = () => holding(count, { options })
const ofIds = () =>
  Effect.tap(holding(count, { options }), ({ open, received }) => open.heldIds.hold(received))

/** Statuses that say nothing about one id. */
const statuses = [
  [5, "subscription not found"],
  [7, "permission denied"],
  [9, "the subscription is in no state for that"],
  [12, "not implemented"],
  [16, "unauthenticated"],
  [13, "Getting metadata from plugin failed with error: invalid_grant"]
] as const

const table = statuses.flatMap(([code, details]) => [
  [code, details, "deliveries", ofDeliveries] as const,
  [code, details, "held ids", ofIds] as const
])

describe("leases whose extension is refused, whosever they are", () => {
  it.effect.each(table)(
    "[G4] status %i, %s: %s are held and asked for again while it lasts, and none is lost by it",
    ([code, details, , hold]) =>
      Effect.gen(function* () {
        const { server, open } = yield* hold()
        server.script.changeLease = () => ({ code, details })
        const before = server.leaseChanges.length
        yield* seconds(leaseSeconds - leaseCallSeconds)
        const asked = server.leaseChanges.slice(before)
        server.script = {}
        const during = yield* open.status
        assert.deepStrictEqual([during.held, during.lost, during.leasesLost], [count, 0, 0])
        assert.isAtLeast(asked.length, 2)
        // No half would fare better.
        for (const { ackIds } of asked) assert.strictEqual(ackIds.length, count)
        yield* seconds(2 * leaseSeconds)
        const after = yield* open.status
        assert.deepStrictEqual([after.held, after.lost, after.leasesLost], [count, 0, 0])
      })
  )

  it.effect.each([
    ["deliveries", ofDeliveries],
    ["held ids", ofIds]
  ] as const)("[G4] %s are lost, and counted, when it lasts until their lease has ended", ([, hold]) =>
    Effect.gen(function* () {
      const { server, open, received } = yield* hold()
      server.script.changeLease = () => ({ code: 7, details: "permission denied" })
      yield* seconds(2 * leaseSeconds)
      server.script = {}
      const { held, lost, leasesLost } = yield* open.status
      assert.deepStrictEqual([held, lost, leasesLost], [0, count, count])
      const { lost: deliveries } = yield* open.ack(received)
      const { lost: ids } = yield* open.heldIds.ack(received.map(({ ackId }) => ackId))
      assert.isTrue([...deliveries, ...ids].some(({ reason }) => reason === "lease-lost"))
    })
  )

  it.effect.each([
    ["deliveries", ofDeliveries],
    ["held ids", ofIds]
  ] as const)("[G4] each time that %s are extended, they have a whole lease again", ([, hold]) =>
    Effect.gen(function* () {
      const { server, open } = yield* hold()
      let asked = 0
      // Refused, but for every third time: never for a lease without a break.
      server.script.changeLease = () =>
        ++asked % 3 === 0 ? undefined : { code: 7, details: "permission denied" }
      yield* seconds(6 * leaseSeconds)
      server.script = {}
      const { held, lost, leasesLost } = yield* open.status
      assert.deepStrictEqual([held, lost, leasesLost], [count, 0, 0])
    })
  )
})

/** Lets seconds pass one by one, with the wire's moments in between. */
const seconds = (number: number) =>
  Effect.forEach(Array.from({ length: number }), () => Effect.andThen(later(1), onTheWire), { discard: true })
