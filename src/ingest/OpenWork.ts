/** Remembers the publish times of works without a fate, for the orders watermark. */
import { Result } from "effect"
import type { Work } from "./Work.ts"

/** The part of a batch that has no fate yet. */
export interface OpenWork {
  /** Oldest publish time; undefined when nothing decodable is left. **Units**: µs. */
  oldest: number | undefined
}

/** The works of one stream that have no fate yet. */
export interface OpenWorks {
  readonly add: (works: ReadonlyArray<Work<unknown>>) => OpenWork
  /** Only these are still without a fate. */
  readonly narrow: (record: OpenWork, rest: ReadonlyArray<Work<unknown>>) => void
  /** All have a fate, or are somebody else's now. */
  readonly remove: (record: OpenWork) => void
  /** Oldest publish time of what is open; undefined when nothing decodable is. **Units**: µs. */
  readonly oldest: () => number | undefined
  /**
   * The oldest publish time when something decodable was last open; `-Infinity` before that.
   *
   * **Units**: µs.
   */
  readonly lastOldest: () => number
}

/** Makes the memory of one stream. */
export const makeOpenWorks = (): OpenWorks => {
  const open = new Set<OpenWork>()
  let lastOldest = Number.NEGATIVE_INFINITY

  const oldest = (): number | undefined => {
    let least: number | undefined
    for (const record of open) {
      if (record.oldest !== undefined && (least === undefined || record.oldest < least)) least = record.oldest
    }
    return least
  }

  const change = (record: OpenWork, to: number | undefined): void => {
    const before = record.oldest
    record.oldest = to
    if (before !== undefined && to === undefined && oldest() === undefined) lastOldest = before
  }

  return {
    add: (works) => {
      const record: OpenWork = { oldest: oldestOf(works) }
      open.add(record)
      return record
    },
    narrow: (record, rest) => change(record, oldestOf(rest)),
    remove: (record) => {
      change(record, undefined)
      open.delete(record)
    },
    oldest,
    lastOldest: () => lastOldest
  }
}

/** Oldest publish time of the decodable works; what is only held for the dead-letter topic does not count (G5). */
const oldestOf = (works: ReadonlyArray<Work<unknown>>): number | undefined => {
  let oldest: number | undefined
  for (const { decoded, delivery } of works) {
    if (Result.isFailure(decoded)) continue
    if (oldest === undefined || delivery.publishTimeMicros < oldest) oldest = delivery.publishTimeMicros
  }
  return oldest
}
