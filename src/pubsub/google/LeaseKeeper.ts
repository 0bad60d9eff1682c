/** Keeps the leases of everything held, in a few batched calls a second. */
import { Clock, Effect } from "effect"
import { leaseExtendSeconds, leaseSeconds, leaseTickMillis, leaseTotalMinutes } from "../../ingest/Limits.ts"
import { monotonicMillis } from "../../ingest/Monotonic.ts"
import type { AckCalls } from "./AckCalls.ts"
import type { Held, Inventory } from "./Inventory.ts"
import type { Settler } from "./Settler.ts"

/** Keeps the leases of everything held, in a few batched calls a second. */
export interface LeaseKeeper {
  /** Keeps leases for as long as it runs. */
  readonly run: Effect.Effect<void>
  /** Takes the first lease of deliveries just received and answers those the server confirmed; the rest is dropped. */
  readonly confirm: (received: ReadonlyArray<Held>) => Effect.Effect<ReadonlyArray<Held>>
  /** Deliveries given up because their lease could not be kept. */
  readonly lost: () => number
}

/** Makes the lease keeper of one subscription. `onRoom` is called when deliveries left the inventory. */
export const makeLeaseKeeper = Effect.fnUntraced(function* (
  inventory: Inventory,
  calls: AckCalls,
  settler: Settler,
  onRoom: () => void
): Effect.fn.Return<LeaseKeeper> {
  const clock = yield* Clock.Clock
  const lease = { deadlineSeconds: leaseSeconds }
  let lost = 0

  /** Given up: somebody may hold it, but can no longer settle it. */
  const giveUp = (held: ReadonlyArray<Held>): void => {
    lost += held.length
    for (const each of held) settler.giveBack(inventory.forget(each, true))
    onRoom()
  }

  const releaseExpired = Effect.fnUntraced(function* (expired: ReadonlyArray<Held>) {
    giveUp(expired)
    yield* calls.change({ deadlineSeconds: 0 }, expired, () => false)
  })

  const extend = Effect.fnUntraced(function* (due: ReadonlyArray<Held>) {
    const { done, refused } = yield* calls.change(lease, due, () => false)
    const renewAt = monotonicMillis(clock) + leaseExtendSeconds * 1000
    for (const held of done) held.renewAt = renewAt
    // What got no answer stays due, and is tried again at the next tick. What is being settled is not ours to judge.
    const gone = refused.filter((held) => held.place !== "gone" && held.settlement === undefined)
    if (gone.length > 0) giveUp(gone)
  })

  const tick = Effect.suspend(() => {
    const { due, expired } = leasesAt(inventory, monotonicMillis(clock))
    if (due.length === 0 && expired.length === 0) return Effect.void
    return Effect.all(
      [
        expired.length > 0 ? releaseExpired(expired) : Effect.void,
        due.length > 0 ? extend(due) : Effect.void
      ],
      { concurrency: 2, discard: true }
    )
  })

  return {
    run: Effect.forever(Effect.andThen(Effect.sleep(leaseTickMillis), tick)),
    lost: () => lost,
    confirm: Effect.fnUntraced(function* (received) {
      const { done, refused, unanswered } = yield* calls.change(
        lease,
        received,
        (triedMillis) => triedMillis < leaseSeconds * 1000
      )
      const renewAt = monotonicMillis(clock) + leaseExtendSeconds * 1000
      for (const held of done) held.renewAt = renewAt
      // Never handed over, so nobody lost anything: the server delivers them again.
      for (const held of [...refused, ...unanswered])
        if (held.settlement === undefined) inventory.forget(held, true)
      onRoom()
      return done
    })
  }
})

/** Which held deliveries need their lease extended now, and which have been held for too long. */
export const leasesAt = (
  held: Iterable<Held>,
  now: number
): { readonly due: ReadonlyArray<Held>; readonly expired: ReadonlyArray<Held> } => {
  const due: Array<Held> = []
  const expired: Array<Held> = []
  for (const each of held) {
    // A release is on its way: extending now would only delay the redelivery.
    if (each.settlement?.isRelease === true) continue
    if (now - each.since >= leaseTotalMinutes * 60_000 && each.settlement === undefined) expired.push(each)
    else if (each.renewAt <= now) due.push(each)
  }
  return { due, expired }
}
