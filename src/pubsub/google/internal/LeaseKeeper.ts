/** Keeps the leases of everything held, in a few batched calls a second. */
import { Clock, Effect, FiberSet, type Scope } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import {
  ackCallSeconds,
  leaseCallSeconds,
  leaseExtendSeconds,
  leaseSeconds,
  leaseTickMillis,
  leaseTotalMinutes
} from "../../Limits.ts"
import type { AckQueue } from "./AckQueue.ts"
import type { HeldDeliveries, HeldDelivery } from "./HeldDeliveries.ts"
import { inRequests, type LeaseCalls, type RetryLimits } from "./LeaseCalls.ts"

/** Keeps the leases of everything held, in a few batched calls a second. */
export interface LeaseKeeper {
  /** Keeps leases for as long as it runs. */
  readonly run: Effect.Effect<void>
  /** Takes the first lease of deliveries just received and answers those the server confirmed; the rest is dropped, and what is behind it in its key released. */
  readonly confirm: (received: ReadonlyArray<HeldDelivery>) => Effect.Effect<ReadonlyArray<HeldDelivery>>
  /** Deliveries given up because their lease could not be kept. */
  readonly lost: () => number
}

/** Makes the lease keeper of one subscription. `onRoom` is called when deliveries were settled or lost. */
export const makeLeaseKeeper = Effect.fnUntraced(function* (
  heldDeliveries: HeldDeliveries,
  calls: LeaseCalls,
  ackQueue: AckQueue,
  onRoom: () => void
): Effect.fn.Return<LeaseKeeper, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const asking = yield* FiberSet.make<void, never>()
  const lease = { deadlineSeconds: leaseSeconds }
  let lost = 0

  /** Given up: somebody may hold it, but can no longer settle it. Answers what nobody is settling already. */
  const giveUp = (held: ReadonlyArray<HeldDelivery>): ReadonlyArray<HeldDelivery> => {
    const given = held.filter((each) => {
      if (each.place === "gone" || each.settleRequest !== undefined) return false
      ackQueue.giveBack(heldDeliveries.forget(each, true))
      return true
    })
    lost += given.length
    if (given.length > 0) onRoom()
    return given
  }

  const releaseExpired = (expired: ReadonlyArray<HeldDelivery>) =>
    Effect.asVoid(calls.change({ deadlineSeconds: 0 }, giveUp(expired), once))

  const extend = Effect.fnUntraced(function* (due: ReadonlyArray<HeldDelivery>) {
    // The lease begins when the server hears of it, which may be as soon as it is asked.
    const askedAt = monotonicMillis(clock)
    // What has no answer by then is asked for again, by a second request beside the first: a slow server may answer both.
    for (const held of due) held.renewAt = askedAt + leaseCallSeconds * 1000
    const { done, refused } = yield* calls.change(lease, due, once)
    for (const held of done) held.renewAt = Math.max(held.renewAt, askedAt + leaseExtendSeconds * 1000)
    // What is being settled is not ours to judge.
    giveUp(refused)
  })

  const tick = Effect.suspend(() => {
    const { due, expired } = leasesAt(heldDeliveries, monotonicMillis(clock))
    const ask = (effect: Effect.Effect<void>) => FiberSet.run(asking, effect)
    return Effect.andThen(
      Effect.forEach(inRequests(due), (request) => ask(extend(request)), { discard: true }),
      expired.length > 0 ? ask(Effect.suspend(() => releaseExpired(expired))) : Effect.void
    )
  })

  return {
    run: Effect.raceFirst(
      Effect.forever(Effect.andThen(Effect.sleep(leaseTickMillis), tick)),
      FiberSet.join(asking)
    ),
    lost: () => lost,
    confirm: Effect.fnUntraced(function* (received) {
      const { done, refused, unanswered } = yield* calls.change(lease, received, {
        callSeconds: leaseCallSeconds,
        isWorthIt: (triedMillis) => triedMillis < leaseSeconds * 1000
      })
      // The request that was answered was sent at most one call's time ago.
      const renewAt = monotonicMillis(clock) + (leaseExtendSeconds - leaseCallSeconds) * 1000
      for (const held of done) held.renewAt = renewAt
      // Never handed over, so nobody lost anything: the server delivers them again.
      for (const held of [...refused, ...unanswered]) {
        if (held.settleRequest === undefined) ackQueue.giveBack(heldDeliveries.forget(held, true))
      }
      onRoom()
      return done
    })
  }
})

/** Nothing is repeated inside: the next tick looks what is still due. */
const once: RetryLimits = { callSeconds: ackCallSeconds, isWorthIt: () => false }

/** Which held deliveries need their lease extended now, and which have been held for too long. */
export const leasesAt = (
  held: Iterable<HeldDelivery>,
  now: number
): { readonly due: ReadonlyArray<HeldDelivery>; readonly expired: ReadonlyArray<HeldDelivery> } => {
  const due: Array<HeldDelivery> = []
  const expired: Array<HeldDelivery> = []
  for (const each of held) {
    // A release is on its way: extending now would only delay the redelivery.
    if (each.settleRequest?.isRelease === true) continue
    if (now - each.since >= leaseTotalMinutes * 60_000 && each.settleRequest === undefined) expired.push(each)
    else if (each.renewAt <= now) due.push(each)
  }
  return { due, expired }
}
