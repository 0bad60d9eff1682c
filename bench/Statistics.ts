/** Medians, percentiles, and how sure a median is. */

/** A median and an interval that holds the true one with at least the wanted confidence, where there are enough values. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
  /** The interval's actual confidence: order statistics know no other. */
  readonly confidence: number
}

/** The middle value; of an even number, the mean of the two middle ones. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = ascending(values)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The smallest value that at least this share of the values does not exceed. */
export const percentile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = ascending(values)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/**
 * Median, and the narrowest symmetric interval of order statistics that has at least 90 % confidence.
 *
 * It assumes nothing about how values are spread: the k-th smallest and the k-th greatest of n values enclose the
 * true median with probability 1 − 2 P(Binomial(n, ½) < k). Five values give 93.75 % between least and greatest;
 * eight leave one value aside at each end. Below five the confidence is less than 90 %, and `confidence` says so.
 */
export const estimate = (values: ReadonlyArray<number>): Estimate => {
  const sorted = ascending(values)
  let aside = 0
  while (confidenceLeavingAside(sorted.length, aside + 1) >= 0.9) aside += 1
  return {
    median: median(sorted),
    low: sorted[aside] ?? Number.NaN,
    high: sorted[sorted.length - 1 - aside] ?? Number.NaN,
    confidence: confidenceLeavingAside(sorted.length, aside)
  }
}

const confidenceLeavingAside = (count: number, aside: number): number => {
  if (2 * aside >= count) return 0
  let outside = 0
  let ways = 1
  for (let below = 0; below <= aside; below++) {
    outside += ways
    ways = (ways * (count - below)) / (below + 1)
  }
  return 1 - (2 * outside) / 2 ** count
}

const ascending = (values: ReadonlyArray<number>): ReadonlyArray<number> => values.toSorted((a, b) => a - b)
