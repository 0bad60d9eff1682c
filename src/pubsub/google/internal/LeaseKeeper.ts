import { Clock, Effect, FiberSet, type Scope } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { leaseTickMillis } from "../../Limits.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { AckQueue } from "./AckQueue.ts"
import { DeniedLeases } from "./DeniedLeases.ts"
import type { HeldDeliveries } from "./HeldDeliveries.ts"
import type { HeldDelivery } from "./HeldDelivery.ts"
import type { HeldIdTable } from "./HeldIdTable.ts"
import { inRequests, type LeaseCalls, type Leased } from "./LeaseCalls.ts"

/** Keeps the leases of everything held, in a few batched calls a second. */
export interface LeaseKeeper {
  /** Keeps leases for as long as it runs. */
  readonly run: Effect.Effect<void>
  /** Takes the first lease of deliveries just received and answers those the server confirmed; the rest is dropped, and what is behind it in its key released. */
  readonly confirm: (received: ReadonlyArray<HeldDelivery>) => Effect.Effect<ReadonlyArray<HeldDelivery>>
}

/** Whose leases are kept, and how. */
export interface LeaseKeeperOptions {
  readonly options: ResolvedOptions
  readonly heldDeliveries: HeldDeliveries
  readonly heldIds: HeldIdTable
  readonly calls: LeaseCalls
  readonly ackQueue: AckQueue
  /** Called when deliveries were settled or lost. */
  readonly onRoom: () => void
}

/** Makes the lease keeper of one subscription. */
export const makeLeaseKeeper = Effect.fnUntraced(function* ({
  options,
  heldDeliveries,
  heldIds,
  calls,
  ackQueue,
  onRoom
}: LeaseKeeperOptions): Effect.fn.Return<LeaseKeeper, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const asking = yield* FiberSet.make<void, never>()
  const { leaseCallMillis, leaseExtendMillis } = options
  const lease = { deadlineSeconds: options.leaseSeconds }
  const once = { callMillis: options.settleCallMillis, isWorthIt: () => false }

  /** Given up: somebody may hold it, but can no longer settle it. Answers what nobody is settling already. */
  const giveUp = (held: ReadonlyArray<HeldDelivery>): ReadonlyArray<HeldDelivery> => {
    const given = held.filter((each) => {
      if (each.place === "gone" || each.settleRequest !== undefined || !heldDeliveries.isHeld(each.delivery))
        return false
      heldDeliveries.noteLeaseLost(each.delivery)
      ackQueue.giveBack(heldDeliveries.forget(each, "lost"))
      return true
    })
    if (given.length > 0) onRoom()
    return given
  }

  const releaseExpired = (expired: ReadonlyArray<HeldDelivery>) =>
    Effect.asVoid(calls.change({ deadlineSeconds: 0 }, giveUp(expired), once))

  const deniedLeases = new DeniedLeases(options.leaseSeconds * 1000)
  const extend = Effect.fnUntraced(function* (due: ReadonlyArray<HeldDelivery>) {
    // The lease begins when the server hears of it, which may be as soon as it is asked.
    const askedAt = monotonicMillis(clock)
    // What has no answer by then is asked for again, by a second request beside the first: a slow server may answer both.
    for (const held of due) held.renewAt = askedAt + leaseCallMillis
    const { denied, done, ended, refused } = yield* calls.change(lease, due, once)
    for (const held of done) held.renewAt = Math.max(held.renewAt, askedAt + leaseExtendMillis)
    // What became held by id meanwhile was extended for longer, perhaps before this was carried out: then it has only
    // this lease now. What is sent after the answer counts.
    heldIds.extendSoon(idsOf(due))
    const now = monotonicMillis(clock)
    deniedLeases.extended(done, now)
    // What is being settled is not ours to judge. What is denied is an outage, and asked for again, until it has ended.
    giveUp(ended)
    giveUp(refused)
    giveUp(deniedLeases.denied(denied, now).ended)
  })

  const idLease = { deadlineSeconds: options.heldIdsLeaseSeconds }
  const idsOnce = { callMillis: leaseCallMillis, isWorthIt: () => false }
  const deniedIds = new DeniedLeases(options.heldIdsLeaseSeconds * 1000)
  const extendIds = Effect.fnUntraced(function* (due: ReadonlyArray<Leased>) {
    const { denied, done, ended, refused, unanswered } = yield* calls.change(idLease, due, idsOnce)
    const now = monotonicMillis(clock)
    deniedIds.extended(done, now)
    const afterDenial = deniedIds.denied(denied, now)
    for (const lost of [ended, refused, afterDenial.ended]) heldIds.giveUp(idsOf(lost))
    heldIds.extendSoon(idsOf(unanswered))
    heldIds.extendSoon(idsOf(afterDenial.kept))
  })

  const tick = Effect.suspend(() => {
    const now = monotonicMillis(clock)
    const { due, expired } = leasesAt(heldDeliveries, now, options.leaseTotalMillis)
    const dueIds = heldIds.takeDue(now).map((ackId) => ({ ackId }))
    const ask = (effect: Effect.Effect<void>) => FiberSet.run(asking, effect)
    return Effect.forEach(inRequests(due), (request) => ask(extend(request)), { discard: true }).pipe(
      Effect.andThen(Effect.forEach(inRequests(dueIds), (ids) => ask(extendIds(ids)), { discard: true })),
      Effect.andThen(expired.length > 0 ? ask(Effect.suspend(() => releaseExpired(expired))) : Effect.void)
    )
  })

  return {
    run: Effect.raceFirst(
      Effect.forever(Effect.andThen(Effect.sleep(leaseTickMillis), tick)),
      FiberSet.join(asking)
    ),
    confirm: Effect.fnUntraced(function* (received) {
      const { denied, done, ended, refused, unanswered } = yield* calls.change(lease, received, {
        callMillis: leaseCallMillis,
        isWorthIt: (triedMillis) => triedMillis < options.leaseSeconds * 1000
      })
      // The request that was answered was sent at most one call's time ago.
      const renewAt = monotonicMillis(clock) + Math.max(0, leaseExtendMillis - leaseCallMillis)
      for (const held of done) held.renewAt = renewAt
      // Never handed over, so nobody lost anything: the server delivers them again.
      for (const held of [...ended, ...refused, ...denied, ...unanswered]) {
        if (held.settleRequest === undefined) ackQueue.giveBack(heldDeliveries.forget(held, "lost"))
      }
      onRoom()
      return done
    })
  }
})

const idsOf = (leased: ReadonlyArray<Leased>): ReadonlyArray<string> => leased.map(({ ackId }) => ackId)

/** Which held deliveries need their lease extended now, and which have been held for too long. */
const leasesAt = (
  held: Iterable<HeldDelivery>,
  now: number,
  leaseTotalMillis: number
): { readonly due: ReadonlyArray<HeldDelivery>; readonly expired: ReadonlyArray<HeldDelivery> } => {
  const due: Array<HeldDelivery> = []
  const expired: Array<HeldDelivery> = []
  for (const each of held) {
    // A release is on its way: extending now would only delay the redelivery.
    if (each.settleRequest?.isRelease === true) continue
    if (now - each.since >= leaseTotalMillis && each.settleRequest === undefined) expired.push(each)
    else if (each.renewAt <= now) due.push(each)
  }
  return { due, expired }
}
