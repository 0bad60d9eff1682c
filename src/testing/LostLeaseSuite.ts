/** What every implementation tells and counts when the server says, of what is settled, that its lease had ended. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import type { LostReason } from "../pubsub/Settled.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"

/** Deliveries that a subscription holds, though the server has ended their leases without a word. */
export interface EndedLeases {
  readonly open: Subscription
  readonly held: ReadonlyArray<Delivery>
  /** Waits for an answer of the server, the clock moving. */
  readonly answered: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/**
 * Registers the suite for one implementation. It is apart from `pubSubSuite`, because most servers do not say of a lease
 * that it has ended: an implementation brings one that does.
 */
export const lostLeaseSuite = (
  name: string,
  endedLeases: (deliveries: number) => Effect.Effect<EndedLeases, unknown, Scope.Scope>
): void => {
  describe(`leases that had ended, on ${name}`, () => {
    it.effect.each(waysToSettle)("[G4] what is %s too late is told as lost, and counted once", ([, settle]) =>
      Effect.gen(function* () {
        const { open, held, answered } = yield* endedLeases(3)
        const lost = yield* answered(settle(open, held))
        assert.deepStrictEqual(lost, ["lease-lost", "lease-lost", "lease-lost"])
        const after = yield* open.status
        assert.deepStrictEqual(
          [after.received, after.held, after.acked, after.released, after.lost, after.leasesLost],
          [3, 0, 0, 0, 3, 3]
        )
        yield* answered(open.ack(held))
        assert.strictEqual((yield* open.status).leasesLost, 3)
      })
    )
  })
}

type Settle = (
  open: Subscription,
  held: ReadonlyArray<Delivery>
) => Effect.Effect<ReadonlyArray<LostReason>, unknown>

const reasonsOf = ({ lost }: { readonly lost: ReadonlyArray<{ readonly reason: LostReason }> }) =>
  lost.map(({ reason }) => reason)

const waysToSettle: ReadonlyArray<readonly [string, Settle]> = [
  ["acknowledged", (open, held) => Effect.map(open.ack(held), reasonsOf)],
  ["released", (open, held) => Effect.map(open.release(held), reasonsOf)],
  [
    "acknowledged by id",
    ({ heldIds }, held) => Effect.map(Effect.flatMap(heldIds.hold(held), heldIds.ack), reasonsOf)
  ],
  [
    "released by id",
    ({ heldIds }, held) =>
      Effect.map(
        Effect.flatMap(heldIds.hold(held), (ids) => heldIds.release(ids)),
        reasonsOf
      )
  ]
]
