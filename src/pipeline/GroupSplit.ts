/** Tries groups of deliveries again, and decides in which parts they go on. */
import { Effect } from "effect"
import type { Batch, BatchAttempt, Unsettled } from "./BatchAttempt.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import { scoutPauseMillis } from "./Limits.ts"

/** How many attempts of a stream had succeeded when a group's last two tries ended, or when it came. */
export interface SuccessesSeen {
  readonly beforeLast: number
  readonly last: number
}

/** What became of a group: `first` and `second` are to be tried again, apart. */
export interface Parts<A, E, R extends string> extends Omit<Unsettled<A, E, R>, "retry"> {
  readonly first: ReadonlyArray<DecodedDelivery<A, E>>
  readonly second: ReadonlyArray<DecodedDelivery<A, E>>
}

/** Splits the groups of one retry queue. */
export interface GroupSplit<A, E, F extends string, R extends string> {
  /** What a group that comes now has seen. */
  readonly seen: () => SuccessesSeen
  /** What a group has seen after a try. */
  readonly seenNext: (seen: SuccessesSeen) => SuccessesSeen
  /** Tries a group of which so many tries have failed. */
  readonly settle: (
    batch: Batch<A, E, F>,
    seen: SuccessesSeen,
    failures: number
  ) => Effect.Effect<Parts<A, E, R>>
}

/**
 * Makes the splits of one retry queue.
 *
 * A time-out of one row is one of its whole request, and a row that cannot be stored for minutes would delay the others
 * for as long. So a group of which nothing was stored goes on in two halves, if other deliveries were stored meanwhile.
 * While nothing is stored, groups stay whole, or the end of an outage would find nothing but single rows. Then one
 * delivery of one group at a time is tried alone, to find out whether others can be stored; again after a pause where
 * it was not.
 *
 * **Units**: `now` is in ms of a monotonic clock.
 */
export const makeGroupSplit = <A, E, F extends string, R extends string>(
  { settle, successes }: Pick<BatchAttempt<A, E, F, R>, "settle" | "successes">,
  now: () => number
): GroupSplit<A, E, F, R> => {
  let mayScoutAt = Number.NEGATIVE_INFINITY
  // The last two tries count: where one half is stored just before the other fails, that one is split again.
  const areOthersStored = ({ beforeLast }: SuccessesSeen) => successes() > beforeLast

  const mayScout = (seen: SuccessesSeen): boolean => {
    if (now() < mayScoutAt || areOthersStored(seen)) return false
    mayScoutAt = Number.POSITIVE_INFINITY
    return true
  }

  const split = (rest: ReadonlyArray<DecodedDelivery<A, E>>, seen: SuccessesSeen) => {
    const middle = areOthersStored(seen) ? Math.ceil(rest.length / 2) : rest.length
    return { first: rest.slice(0, middle), second: rest.slice(middle) }
  }

  return {
    seen: () => ({ beforeLast: successes(), last: successes() }),
    seenNext: ({ last }) => ({ beforeLast: last, last: successes() }),
    settle: Effect.fnUntraced(function* (batch, seen, failures) {
      const unsettled = yield* settle(batch)
      const { mayBeOfOne, retry } = unsettled
      const isTogether = mayBeOfOne && retry.length > 1 && retry.length === batch.deliveries.length
      if (!isTogether) return { ...unsettled, first: retry, second: [] }
      if (!mayScout(seen)) return { ...unsettled, ...split(retry, seen) }
      const scout = failures % retry.length
      const scouted = yield* settle({ ...batch, deliveries: retry.slice(scout, scout + 1) })
      mayScoutAt = scouted.retry.length === 0 ? now() : now() + scoutPauseMillis
      return { ...scouted, ...split([...retry.toSpliced(scout, 1), ...scouted.retry], seen) }
    })
  }
}
