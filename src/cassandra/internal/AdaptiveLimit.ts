/**
 * How many statements may be in flight: fewer while Cassandra is slow or has too much to do, more as it recovers.
 *
 * Additive increase, multiplicative decrease, judged once a window, as TCP does it:
 * - a window with a time-out or an overload halves the limit;
 * - one in which more than a share of the answers was slow halves it too, for then they wait in Cassandra's queue. If
 *   they are no faster after that, they did not: the limit is given back, and the same slowness halves it no more;
 * - any other gives a fiftieth of the greatest limit back, if the limit was used.
 *
 * Statements sent before a change say nothing about the limit since and are not counted: one stall costs one fall.
 */
import type { AdaptiveLimitOptions } from "../CassandraOptions.ts"
import {
  decreaseFactor,
  improvedShare,
  increaseShare,
  limitWindowMillis,
  limitWindowStatements,
  slowAnswerMillis,
  slowAnswerShare,
  worseFactor
} from "../Limits.ts"

/** The options of a limit, unless told otherwise. */
export const adaptiveLimitDefaults: AdaptiveLimitOptions = {
  windowMillis: limitWindowMillis,
  windowStatements: limitWindowStatements,
  slowAnswerMillis,
  slowAnswerShare,
  decreaseFactor,
  increaseShare,
  improvedShare,
  worseFactor
}

/** What an answer says about the load: an answer, or a time-out or overload. */
export type StatementOutcome = "answered" | "overloaded"

/** What was seen of one request. **Units**: milliseconds of any clock that never jumps, and statements. */
export interface Observation {
  readonly sentAt: number
  readonly answeredAt: number
  /** In this request. */
  readonly statements: number
  /** This request's included. */
  readonly inFlight: number
  readonly outcome: StatementOutcome
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
export const makeAdaptiveLimit = (
  { least, most }: LimitBounds,
  options = adaptiveLimitDefaults
): AdaptiveLimit => {
  const bounds = { least: Math.min(least, most), most }
  let state: LimitState = { limit: most }
  let fellAt = Number.NEGATIVE_INFINITY
  let window: Window | undefined
  return {
    current: () => state.limit,
    observe: (seen) => {
      if (seen.sentAt <= fellAt) return state.limit
      window ??= { since: seen.answeredAt, statements: 0, millis: 0, slow: 0, overloaded: 0, mostInFlight: 0 }
      count(window, seen, options.slowAnswerMillis)
      const isOver =
        seen.answeredAt - window.since >= options.windowMillis &&
        window.statements >= options.windowStatements
      if (!isOver) return state.limit
      const next = nextLimit(state, window, bounds, options)
      if (next.limit < state.limit) fellAt = seen.answeredAt
      state = next
      window = undefined
      return state.limit
    }
  }
}

/** The limit, and what was learned about slowness. **Units**: statements; mean milliseconds. */
export interface LimitState {
  readonly limit: number
  /** Slow answers halved the limit: how slow, and from what. The next window tells whether it helped. */
  readonly trial?: { readonly limit: number; readonly millis: number }
  /** How slow answers are that fewer statements in flight did not quicken. */
  readonly inherent?: number
}

/** Answers of one window, counted in statements. */
export interface WindowTally {
  readonly statements: number
  /** All their latencies together. **Units**: milliseconds. */
  readonly millis: number
  readonly slow: number
  readonly overloaded: number
  readonly mostInFlight: number
}

/** The state after a window. */
export const nextLimit = (
  state: LimitState,
  seen: WindowTally,
  { least, most }: LimitBounds,
  options = adaptiveLimitDefaults
): LimitState => {
  const { limit, trial, inherent } = state
  const mean = seen.millis / seen.statements
  const fallen = Math.max(least, Math.floor(limit * options.decreaseFactor))
  const isUsed = seen.mostInFlight >= limit / 2
  const climbed = isUsed ? Math.min(most, limit + Math.ceil(most * options.increaseShare)) : limit
  if (seen.overloaded > 0) return { limit: fallen }
  if (seen.slow <= seen.statements * options.slowAnswerShare) return { limit: climbed }
  if (trial !== undefined && mean > trial.millis * options.improvedShare) {
    return { limit: trial.limit, inherent: mean }
  }
  if (inherent !== undefined && mean <= inherent * options.worseFactor) return { limit: climbed, inherent }
  return { limit: fallen, trial: { limit, millis: mean } }
}

type Window = { -readonly [Field in keyof WindowTally]: WindowTally[Field] } & { readonly since: number }

const count = (
  window: Window,
  { sentAt, answeredAt, statements, inFlight, outcome }: Observation,
  slowMillis: number
): void => {
  const millis = answeredAt - sentAt
  window.statements += statements
  window.millis += statements * millis
  if (outcome === "overloaded") window.overloaded += statements
  else if (millis > slowMillis) window.slow += statements
  if (inFlight > window.mostInFlight) window.mostInFlight = inFlight
}
