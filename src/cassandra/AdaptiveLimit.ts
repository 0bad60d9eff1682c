/**
 * How many statements may be in flight: fewer while Cassandra is slow or has too much to do, more as it recovers.
 *
 * Additive increase, multiplicative decrease, judged once a window, as TCP does it: a window in which an answer was a
 * time-out or an overload halves the limit; one in which more than a share of the answers was slow takes a fifth of
 * it; any other gives a fiftieth of the greatest limit back. Statements sent before the last fall say nothing about
 * the limit since, and are not counted: one stall costs one fall. The limit climbs only while it is used.
 *
 * Slow is absolute, not relative to what was usual: where much is in flight, most of an answer's time is spent in
 * Cassandra's queue, so the usual says more about our own load than about its health (decision 0009).
 */
import {
  limitClimb,
  limitFallOverloaded,
  limitFallSlow,
  limitWindowMillis,
  limitWindowStatements,
  slowAnswerMillis,
  slowShare
} from "../ingest/Limits.ts"

/** What an answer says about the load: an answer in time or not, or a time-out or overload. */
export type Outcome = "answered" | "overloaded"

/** What was seen of one request. **Units**: milliseconds of any clock that never jumps, and statements. */
export interface Observation {
  readonly sentAt: number
  readonly answeredAt: number
  /** In this request. */
  readonly statements: number
  /** This request's included. */
  readonly inFlight: number
  readonly outcome: Outcome
}

/** Between which the limit moves. **Units**: statements. */
export interface LimitBounds {
  readonly least: number
  readonly most: number
}

/** A limit that follows what is observed. */
export interface AdaptiveLimit {
  /** **Units**: statements. */
  readonly current: () => number
  /** Takes one answer in, and gives the limit from now on. */
  readonly observe: (seen: Observation) => number
}

/**
 * A limit that starts at its most.
 *
 * **Guarantee**: never outside its bounds; the same observations give the same limits.
 */
export const makeAdaptiveLimit = ({ least, most }: LimitBounds): AdaptiveLimit => {
  const bounds = { least: Math.min(least, most), most }
  let limit = most
  let fellAt = Number.NEGATIVE_INFINITY
  let window: Window | undefined
  return {
    current: () => limit,
    observe: (seen) => {
      if (seen.sentAt <= fellAt) return limit
      window ??= { since: seen.answeredAt, statements: 0, slow: 0, overloaded: 0, mostInFlight: 0 }
      count(window, seen)
      const isOver =
        seen.answeredAt - window.since >= limitWindowMillis && window.statements >= limitWindowStatements
      if (!isOver) return limit
      const next = nextLimit(limit, window, bounds)
      if (next < limit) fellAt = seen.answeredAt
      limit = next
      window = undefined
      return limit
    }
  }
}

/** Answers of one window, counted in statements. */
export interface Tally {
  readonly statements: number
  readonly slow: number
  readonly overloaded: number
  readonly mostInFlight: number
}

/** The limit after a window. */
export const nextLimit = (limit: number, seen: Tally, { least, most }: LimitBounds): number => {
  if (seen.overloaded > 0) return Math.max(least, Math.floor(limit * limitFallOverloaded))
  if (seen.slow > seen.statements * slowShare) return Math.max(least, Math.floor(limit * limitFallSlow))
  const isUsed = seen.mostInFlight >= limit / 2
  return isUsed ? Math.min(most, limit + Math.ceil(most * limitClimb)) : limit
}

interface Window {
  readonly since: number
  statements: number
  slow: number
  overloaded: number
  mostInFlight: number
}

const count = (window: Window, { sentAt, answeredAt, statements, inFlight, outcome }: Observation): void => {
  window.statements += statements
  if (outcome === "overloaded") window.overloaded += statements
  else if (answeredAt - sentAt > slowAnswerMillis) window.slow += statements
  if (inFlight > window.mostInFlight) window.mostInFlight = inFlight
}
