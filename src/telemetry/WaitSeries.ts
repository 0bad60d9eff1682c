/** What is counted for the waiting room, and the metric series under which it is read. */
import { type DurationHistogram, emptyHistogram } from "./DurationHistogram.ts"
import { waitSecondsBoundaries } from "./Limits.ts"
import type { Series } from "./Series.ts"

/** What became of a payment that waited; a label, and so a closed list. */
export const waitOutcomes = ["payment-matched", "payment-superseded", "dead-lettered", "released"] as const

/** One of {@link waitOutcomes}. */
export type WaitOutcome = (typeof waitOutcomes)[number]

/** The counts of the waiting room. */
export interface WaitCounts {
  readonly ended: Record<WaitOutcome, number>
  readonly times: DurationHistogram
  /** For how long the payment waits that has waited longest. **Units**: milliseconds; 0 while none waits. */
  longestMillis: () => number
}

/** A room that nobody has entered. */
export const zeroWaits = (): WaitCounts => ({
  ended: { "payment-matched": 0, "payment-superseded": 0, "dead-lettered": 0, released: 0 },
  times: emptyHistogram(waitSecondsBoundaries),
  longestMillis: () => 0
})

/**
 * Makes the counts readable as metric series.
 *
 * **Guarantee**: every series is there from the start, and no other comes later (G6).
 */
export const registerWaits = (counts: WaitCounts, { counter, gauge, histogram }: Series): void => {
  for (const outcome of waitOutcomes) {
    const description = "Payments that left the waiting room, by what became of them."
    counter("counterfoil_waits_total", description, { outcome }, () => counts.ended[outcome])
  }
  histogram("counterfoil_wait_seconds", "Time that payments spent in the waiting room.", {}, counts.times)
  gauge(
    "counterfoil_longest_wait_seconds",
    "For how long the payment has waited that has waited longest.",
    {},
    () => counts.longestMillis() / 1000
  )
}
