/** Counts how long things took: plain numbers, so that counting costs next to nothing. */
import type { Metric } from "effect"

/** Counts per bucket. */
export interface DurationHistogram {
  /** Upper bounds, included. **Units**: seconds. */
  readonly boundaries: ReadonlyArray<number>
  /** Counts per boundary, not cumulated; the last is for everything above. */
  readonly buckets: Array<number>
  count: number
  sumSeconds: number
  minSeconds: number
  maxSeconds: number
}

/** A histogram that has counted nothing. */
export const emptyHistogram = (boundaries: ReadonlyArray<number>): DurationHistogram => ({
  boundaries,
  buckets: new Array<number>(boundaries.length + 1).fill(0),
  count: 0,
  sumSeconds: 0,
  minSeconds: Number.POSITIVE_INFINITY,
  maxSeconds: Number.NEGATIVE_INFINITY
})

/** Counts so many things that took so long each. */
export const countDuration = (histogram: DurationHistogram, seconds: number, times: number): void => {
  const above = histogram.boundaries.findIndex((boundary) => seconds <= boundary)
  const bucket = above < 0 ? histogram.boundaries.length : above
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + times
  histogram.count += times
  histogram.sumSeconds += seconds * times
  histogram.minSeconds = Math.min(histogram.minSeconds, seconds)
  histogram.maxSeconds = Math.max(histogram.maxSeconds, seconds)
}

/** The histogram as Effect's metrics have it: cumulated. */
export const histogramState = (histogram: DurationHistogram): Metric.HistogramState => {
  let cumulated = 0
  return {
    buckets: histogram.boundaries.map((boundary, index) => {
      cumulated += histogram.buckets[index] ?? 0
      return [boundary, cumulated]
    }),
    count: histogram.count,
    sum: histogram.sumSeconds,
    min: histogram.minSeconds,
    max: histogram.maxSeconds
  }
}

/**
 * The quantile of what was counted since a reading before, interpolated within its bucket as Prometheus'
 * `histogram_quantile` does; undefined where nothing was, the highest boundary where it lies above.
 *
 * **Units**: seconds.
 */
export const quantileSince = (
  quantile: number,
  boundaries: ReadonlyArray<number>,
  now: ReadonlyArray<number>,
  before: ReadonlyArray<number>
): number | undefined => {
  const counts = now.map((count, bucket) => count - (before[bucket] ?? 0))
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const wanted = quantile * total
  let below = 0
  for (const [bucket, upper] of boundaries.entries()) {
    const here = counts[bucket] ?? 0
    if (here > 0 && below + here >= wanted) {
      const lower = bucket === 0 ? 0 : (boundaries[bucket - 1] ?? 0)
      return lower + ((upper - lower) * (wanted - below)) / here
    }
    below += here
  }
  return boundaries.at(-1)
}
