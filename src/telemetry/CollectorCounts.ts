/** What is counted of the sending to a collector, and the metric series under which it is read. */
import { Effect, Metric, type Scope } from "effect"
import { registerMetric } from "./Gauge.ts"

/** What is sent; a label, and so a closed list. */
export const signals = ["traces", "metrics"] as const

/** One of {@link signals}. */
export type Signal = (typeof signals)[number]

/** Why spans were not sent; a label, and so a closed list. */
export const dropReasons = ["queue-full", "refused", "stopped"] as const

/** One of {@link dropReasons}. */
export type DropReason = (typeof dropReasons)[number]

/** Plain numbers, so that counting costs next to nothing. */
export interface CollectorCounts {
  sent: number
  readonly dropped: Record<DropReason, number>
  /** Requests that the collector did not take. */
  readonly failures: Record<Signal, number>
}

/** Nothing was sent yet. */
export const zeroCollectorCounts = (): CollectorCounts => ({
  sent: 0,
  dropped: { "queue-full": 0, refused: 0, stopped: 0 },
  failures: { traces: 0, metrics: 0 }
})

/** Makes the counts readable as metric series, for the life of the scope. */
export const registerCollectorCounts = (counts: CollectorCounts): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    yield* counter("counterfoil_spans_sent_total", "Spans that a collector took.", {}, () => counts.sent)
    for (const reason of dropReasons) {
      yield* counter(
        "counterfoil_spans_dropped_total",
        "Spans that no collector took: too many waited, it refused them, or the process stopped.",
        { reason },
        () => counts.dropped[reason]
      )
    }
    for (const signal of signals) {
      yield* counter(
        "counterfoil_collector_failures_total",
        "Requests to a collector that it did not take, or not in time; spans are sent again, metrics are not.",
        { signal },
        () => counts.failures[signal]
      )
    }
  })

const counter = (
  name: string,
  description: string,
  attributes: Record<string, string>,
  read: () => number
): Effect.Effect<void, never, Scope.Scope> =>
  registerMetric(Metric.counter(name, { description, incremental: true, attributes }), () => ({
    count: read(),
    incremental: true
  }))
