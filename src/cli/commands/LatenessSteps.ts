/** Counts how late orders were, in steps that a person would set a grace to. */

/** Orders that were at most so late, and later than the step before. */
export interface LatenessStep {
  /** **Units**: milliseconds; 0: not later than their payments. Infinity: later than the last step. */
  readonly upToMillis: number
  readonly orders: number
  /** With all those of the steps before. */
  readonly upToHere: number
}

/** The steps from the first to the last with an order. **Shape**: `lateMillis` in any order. */
export const latenessSteps = (lateMillis: ReadonlyArray<number>): ReadonlyArray<LatenessStep> => {
  const counts = stepMillis.map((upToMillis, index) => {
    const above = stepMillis[index - 1] ?? Number.NEGATIVE_INFINITY
    const orders = lateMillis.filter((late) => late > above && late <= upToMillis).length
    return { upToMillis, orders }
  })
  const first = counts.findIndex(({ orders }) => orders > 0)
  const last = counts.findLastIndex(({ orders }) => orders > 0)
  let upToHere = 0
  return counts.slice(Math.max(0, first), last + 1).map((step) => {
    upToHere += step.orders
    return { ...step, upToHere }
  })
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const stepMillis: ReadonlyArray<number> = [
  ...[0, 1, 2, 5, 10, 20, 30].map((seconds) => seconds * second),
  ...[1, 2, 3, 5, 10, 20, 30].map((minutes) => minutes * minute),
  ...[1, 2, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 31].map((days) => days * day),
  Number.POSITIVE_INFINITY
]
