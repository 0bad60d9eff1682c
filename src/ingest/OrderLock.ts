/** Lets one order id be worked on by one batch at a time, so that two payments for it never mix cells (G2). */
import { Deferred, Effect } from "effect"

/** Holds order ids while work on them is going on. */
export interface OrderLock {
  /**
   * Runs `work` on every group, each order id exclusively: first the groups whose id is free, together; then, as
   * others finish, the rest.
   *
   * **Guarantee**: ids are never held while waiting for others, so batches cannot deadlock.
   */
  readonly withLocks: <G>(
    groups: ReadonlyMap<bigint, G>,
    work: (free: ReadonlyMap<bigint, G>) => Effect.Effect<void>
  ) => Effect.Effect<void>
}

/** Makes the locks of one process. */
export const makeOrderLock = (): OrderLock => {
  const busy = new Map<bigint, Deferred.Deferred<void>>()

  const claim = <G>(groups: ReadonlyMap<bigint, G>, turn: Deferred.Deferred<void>): Claim<G> => {
    const taken = new Map<bigint, G>()
    for (const [orderId, group] of groups) {
      if (busy.has(orderId)) taken.set(orderId, group)
      else busy.set(orderId, turn)
    }
    // Nearly always all of them are free, and then nothing is copied: hashing an id is dear.
    return { free: taken.size === 0 ? groups : without(groups, taken), taken }
  }

  const yieldAll = <G>(free: ReadonlyMap<bigint, G>, turn: Deferred.Deferred<void>) =>
    Effect.suspend(() => {
      for (const orderId of free.keys()) busy.delete(orderId)
      return Deferred.succeed(turn, undefined)
    })

  const withLocks: OrderLock["withLocks"] = Effect.fnUntraced(function* (groups, work) {
    let rest = groups
    while (rest.size > 0) {
      const turn = Deferred.makeUnsafe<void>()
      const waiting = rest
      rest = yield* Effect.acquireUseRelease(
        Effect.sync(() => claim(waiting, turn)),
        ({ free, taken }) => (free.size === 0 ? firstToYield(taken) : work(free)).pipe(Effect.as(taken)),
        ({ free }) => yieldAll(free, turn)
      )
    }
  })

  const firstToYield = (taken: ReadonlyMap<bigint, unknown>) =>
    Effect.suspend(() => {
      for (const orderId of taken.keys()) {
        const turn = busy.get(orderId)
        if (turn !== undefined) return Deferred.await(turn)
      }
      return Effect.void
    })

  return { withLocks }
}

interface Claim<G> {
  readonly free: ReadonlyMap<bigint, G>
  readonly taken: ReadonlyMap<bigint, G>
}

const without = <G>(groups: ReadonlyMap<bigint, G>, taken: ReadonlyMap<bigint, G>): ReadonlyMap<bigint, G> =>
  new Map([...groups].filter(([orderId]) => !taken.has(orderId)))
