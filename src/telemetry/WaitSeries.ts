/** What is counted for the waiting room, and the metric series under which it is read. */
import { type Context, Metric } from "effect"

/** What became of a payment that waited; a label, and so a closed list. */
export const waitOutcomes = ["payment-matched", "payment-superseded", "dead-lettered", "released"] as const

/** One of {@link waitOutcomes}. */
export type WaitOutcome = (typeof waitOutcomes)[number]

/** The counts of the waiting room. */
export interface WaitCounts {
  readonly ended: Record<WaitOutcome, number>
  /** For how long the payment waits that has waited longest. **Units**: milliseconds; 0 while none waits. */
  longestMillis: () => number
}

/** A room that nobody has entered. */
export const zeroWaits = (): WaitCounts => ({
  ended: { "payment-matched": 0, "payment-superseded": 0, "dead-lettered": 0, released: 0 },
  longestMillis: () => 0
})

/**
 * Makes the counts readable as metric series.
 *
 * **Guarantee**: every series is there from the start, and no other comes later (G6).
 */
export const registerWaits = (counts: WaitCounts, registry: Context.Context<never>): void => {
  for (const outcome of waitOutcomes) {
    Metric.registerUnsafe(
      Metric.counter("counterfoil_waits_total", {
        description: "Payments that left the waiting room, by what became of them.",
        incremental: true,
        attributes: { outcome }
      }),
      registry,
      { get: () => ({ count: counts.ended[outcome], incremental: true }), ...readOnly }
    )
  }
  Metric.registerUnsafe(
    Metric.gauge("counterfoil_longest_wait_seconds", {
      description: "For how long the payment has waited that has waited longest."
    }),
    registry,
    { get: () => ({ value: counts.longestMillis() / 1000 }), ...readOnly }
  )
}

const readOnly = { update: () => {}, modify: () => {} }
