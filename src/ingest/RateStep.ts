/** Finds since when something happens more often than before. */
import { stepEvidence, stepFactor, stepLeast } from "./Limits.ts"

/** Since when something happens, or happens more often. */
export interface RateStep {
  /** When the first of these happened. **Units**: that of the times. */
  readonly at: number
  /** How many happened before. */
  readonly before: number
  /** How many since then. */
  readonly since: number
}

/**
 * The moment that best divides times in rarely and often, as a publisher's release does; where none does, the first of
 * them, before which there are none.
 *
 * Two constant rates, before and since, make the times likely; the moment is the one that makes them the likeliest. It
 * counts only where it makes them much likelier than one rate, and where as many never came in as long a time before:
 * neither chance nor publishing in batches is a step.
 *
 * **Shape**: `times` rise, and lie between `from` and `until`, which is as long as was looked.
 */
export const rateStep = (times: ReadonlyArray<number>, from: number, until: number): RateStep => {
  const [first = from] = times
  const none: RateStep = { at: first, before: 0, since: times.length }
  let best = none
  let likeliest = logOf(times.length, until - first) + stepEvidence
  times.forEach((at, before) => {
    const since = times.length - before
    // Those of one moment belong together.
    if (before === 0 || since < stepLeast || times[before - 1] === at) return
    const isMoreOften = since * (at - from) > before * (until - at)
    if (!isMoreOften) return
    const likelihood = logOf(before, at - from) + logOf(since, until - at)
    if (likelihood <= likeliest) return
    likeliest = likelihood
    best = { at, before, since }
  })
  const usual = mostWithin(times.slice(0, best.before), until - best.at)
  return best.since < stepFactor * usual ? none : best
}

/** The logarithm of how likely so many are in such a span, at the rate that makes them the likeliest. */
const logOf = (count: number, span: number): number => count * Math.log(count / Math.max(1, span))

/** The most within any time as long as `window`. */
const mostWithin = (times: ReadonlyArray<number>, window: number): number => {
  let most = 0
  let first = 0
  times.forEach((time, last) => {
    while ((times[first] ?? time) < time - window) first++
    most = Math.max(most, last - first + 1)
  })
  return most
}
