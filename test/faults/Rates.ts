/** How much a processor does in each second, and how long it takes for it, by its metrics. */
import { Effect } from "effect"
import { ask, type RunningProcessor, sumOf } from "./Processors.ts"

/** One look at a processor's metrics. */
export interface RateSample {
  /** **Units**: ms of a monotonic clock. */
  readonly at: number
  /** Deliveries with a fate so far. */
  readonly fates: number
  /** Deliveries with a durable effect so far, by the longest time it may have taken; in the order of the times. **Units**: seconds. */
  readonly durable: ReadonlyArray<readonly [atMost: number, deliveries: number]>
}

/** Looks once a second, for that long; a look that had no answer is left out. */
export const sampleRates = (
  processor: RunningProcessor,
  seconds: number
): Effect.Effect<ReadonlyArray<RateSample>> =>
  Effect.gen(function* () {
    const samples: Array<RateSample> = []
    for (const began = performance.now(); performance.now() - began < seconds * 1_000; ) {
      const text = yield* ask(processor, "/metrics")
      const at = performance.now()
      if (text !== "")
        samples.push({ at, fates: sumOf(text, "counterfoil_fates_total"), durable: durableOf(text) })
      yield* Effect.sleep(Math.max(50, 1_000 - ((performance.now() - began) % 1_000)))
    }
    return samples
  })

/** Fates per second from one look to the next. */
export const ratesOf = (
  samples: ReadonlyArray<RateSample>
): ReadonlyArray<{ readonly seconds: number; readonly rate: number }> =>
  samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample
    const seconds = (sample.at - before.at) / 1_000
    return { seconds, rate: (sample.fates - before.fates) / seconds }
  })

/** Fates per second over all the looks. */
export const rateOver = (samples: ReadonlyArray<RateSample>): number => {
  const [first, last] = [samples[0], samples.at(-1)]
  return first === undefined || last === undefined || first === last
    ? 0
    : ((last.fates - first.fates) * 1_000) / (last.at - first.at)
}

/**
 * At most so long 99 of 100 deliveries took between the first look and the last: the bound of a bucket.
 *
 * **Units**: seconds.
 */
export const p99Over = (samples: ReadonlyArray<RateSample>): number => {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) return 0
  const counts = last.durable.map(
    ([atMost, count], index) => [atMost, count - (first.durable[index]?.[1] ?? 0)] as const
  )
  const all = counts.at(-1)?.[1] ?? 0
  return counts.find(([, count]) => count >= 0.99 * all)?.[0] ?? 0
}

/** The buckets of both streams together. */
const durableOf = (text: string): RateSample["durable"] => {
  const counts = new Map<number, number>()
  for (const [, bound = "", count] of text.matchAll(bucket)) {
    const atMost = bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound)
    counts.set(atMost, (counts.get(atMost) ?? 0) + Number(count))
  }
  return [...counts].sort(([one], [other]) => one - other)
}

const bucket = /^counterfoil_durable_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\S+)$/gm
