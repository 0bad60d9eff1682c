/** Remembers the oldest publish time of works without a fate, for the orders watermark. */
import { Result } from "effect"
import type { Work } from "./Work.ts"

/** The part of a batch that has no fate yet. */
export interface OpenWork {
  /** Oldest publish time; undefined when nothing decodable is left. **Units**: µs. */
  oldest: number | undefined
}

/** Records works as open. The caller deletes the record once all have a fate. */
export const openWork = <A>(open: Set<OpenWork>, works: ReadonlyArray<Work<A>>): OpenWork => {
  const record: OpenWork = { oldest: oldestOf(works) }
  open.add(record)
  return record
}

/** Oldest publish time of the decodable works; what is only held for the dead-letter topic does not count (G5). */
export const oldestOf = <A>(works: ReadonlyArray<Work<A>>): number | undefined => {
  let oldest: number | undefined
  for (const { decoded, delivery } of works) {
    if (Result.isFailure(decoded)) continue
    if (oldest === undefined || delivery.publishTimeMicros < oldest) oldest = delivery.publishTimeMicros
  }
  return oldest
}
