/** Decides in which parts a group of deliveries is tried again. */
import type { BatchAttempt, Unsettled } from "./BatchAttempt.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"

/** The parts of a group that go on: `first` in its fiber, `second` beside it. */
export interface Parts<A, E> {
  readonly first: ReadonlyArray<DecodedDelivery<A, E>>
  readonly second: ReadonlyArray<DecodedDelivery<A, E>>
  /** Whether `second` is a scout. */
  readonly isScouting: boolean
}

/** How many attempts of a stream had succeeded when a group's last two tries ended, or when it came. */
export interface SuccessesSeen {
  readonly beforeLast: number
  readonly last: number
}

/** Splits the groups of one retry queue. */
export interface GroupSplit<A, E, R extends string> {
  /** What a group that comes now has seen. */
  readonly seen: () => SuccessesSeen
  /** What a group has seen after a try. */
  readonly seenNext: (seen: SuccessesSeen) => SuccessesSeen
  /** Splits a group after a try. */
  readonly split: (
    group: ReadonlyArray<DecodedDelivery<A, E>>,
    unsettled: Unsettled<A, E, R>,
    seen: SuccessesSeen
  ) => Parts<A, E>
  /** A scout was tried. */
  readonly scouted: () => void
}

/**
 * Makes the splits of one retry queue.
 *
 * A time-out of one row is one of its whole request, and a row that cannot be stored for minutes would delay the others
 * for as long. So a group of which nothing was stored goes on in two halves, if other deliveries were stored meanwhile.
 * While nothing is stored, groups stay whole, or the end of an outage would find nothing but single rows. Then one
 * delivery at a time leaves its group as a scout: it finds out whether the others of it could be stored.
 */
export const makeGroupSplit = <A, E, R extends string>({
  successes
}: Pick<BatchAttempt<A, E, never, R>, "successes">): GroupSplit<A, E, R> => {
  let isScouting = false
  return {
    seen: () => ({ beforeLast: successes(), last: successes() }),
    seenNext: ({ last }) => ({ beforeLast: last, last: successes() }),
    split: (group, { mayBeOfOne, retry }, { beforeLast }) => {
      const isWhole = retry.length === group.length && retry.length > 1 && mayBeOfOne
      if (!isWhole) return { first: retry, second: [], isScouting: false }
      // The last two tries count: where one half is stored just before the other fails, that one is split again.
      if (successes() > beforeLast) {
        const middle = Math.ceil(retry.length / 2)
        return { first: retry.slice(0, middle), second: retry.slice(middle), isScouting: false }
      }
      if (isScouting) return { first: retry, second: [], isScouting: false }
      isScouting = true
      return { first: retry.slice(1), second: retry.slice(0, 1), isScouting: true }
    },
    scouted: () => {
      isScouting = false
    }
  }
}
