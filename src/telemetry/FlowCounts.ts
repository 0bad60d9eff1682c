/** Makes rates of the counts of the last frames. */
import { type DurationHistogram, quantileSince } from "./DurationHistogram.ts"
import type { FrameRates } from "./Frame.ts"
import { quantileFrames, rateFrames } from "./Limits.ts"
import type { MetricsSnapshot } from "./MetricsSnapshot.ts"

/** The counts of the last frames, of which rates are made. */
export class FlowCounts {
  readonly #last: Array<Counted> = []

  /** Takes the counts of one more frame, and says what came since those before. */
  rates(atMillis: number, { streams }: MetricsSnapshot): FrameRates {
    const { orders, payments } = streams
    const now: Counted = {
      atMillis,
      stored: orders.totals.fates["order-stored"],
      matched: payments.totals.fates["payment-matched"],
      durable: summed(orders.durable, payments.durable)
    }
    const before = this.#last.at(-rateFrames) ?? this.#last[0]
    const oldest = this.#last[0]
    this.#last.push(now)
    if (this.#last.length > quantileFrames) this.#last.shift()
    const perSecond = (of: (counted: Counted) => number): number | undefined =>
      before === undefined || now.atMillis <= before.atMillis
        ? undefined
        : ((of(now) - of(before)) * 1_000) / (now.atMillis - before.atMillis)
    return {
      storedPerSecond: perSecond(({ stored }) => stored),
      matchedPerSecond: perSecond(({ matched }) => matched),
      durableP99Seconds:
        oldest === undefined
          ? undefined
          : quantileSince(0.99, orders.durable.boundaries, now.durable, oldest.durable)
    }
  }
}

interface Counted {
  readonly atMillis: number
  readonly stored: number
  readonly matched: number
  readonly durable: ReadonlyArray<number>
}

const summed = (one: DurationHistogram, other: DurationHistogram): ReadonlyArray<number> =>
  one.buckets.map((count, bucket) => count + (other.buckets[bucket] ?? 0))
