/** Counts what happens to deliveries, for people and for Prometheus. */
import { Context, type Effect } from "effect"
import type { Fate } from "../domain/Fate.ts"

/** The two streams a process runs; a label of every metric. */
export type StreamName = "orders" | "payments"

/** What a stream holds at this moment, read when metrics are asked for. */
export interface StreamGauges {
  /** Deliveries received and neither settled, waiting nor backing off. */
  readonly inFlight: number
  /** Payments in the waiting room. */
  readonly waiting: number
  /** Deliveries in backoff before another try. */
  readonly retrying: number
}

/** Totals of one stream since the start. `received` = sum of `fates` + in flight + retrying + waiting + `released`. */
export interface StreamTotals extends StreamGauges {
  readonly received: number
  readonly fates: Readonly<Record<Fate, number>>
  readonly released: number
  readonly retries: number
  /** Acknowledgements the server did not confirm; those messages come again. */
  readonly unconfirmed: number
}

/**
 * Counts what happens to deliveries.
 *
 * **Guarantee**: labels come from closed lists, so cardinality is bounded (G6); totals keep G7's equation.
 */
export class Metrics extends Context.Service<
  Metrics,
  {
    readonly received: (stream: StreamName, deliveries: number, bytes: number) => Effect.Effect<void>
    readonly fated: (stream: StreamName, fate: Fate, deliveries: number) => Effect.Effect<void>
    readonly released: (stream: StreamName, deliveries: number) => Effect.Effect<void>
    readonly retried: (stream: StreamName, deliveries: number) => Effect.Effect<void>
    readonly unconfirmed: (stream: StreamName, deliveries: number) => Effect.Effect<void>
    /** From receipt to durable effect, for a batch. **Units**: milliseconds. */
    readonly durableAfter: (stream: StreamName, millis: number, deliveries: number) => Effect.Effect<void>
    /** Says where the gauges of a stream are read from. */
    readonly watch: (stream: StreamName, gauges: () => StreamGauges) => Effect.Effect<void>
    readonly totals: (stream: StreamName) => Effect.Effect<StreamTotals>
    /** Everything in Prometheus' text format. */
    readonly prometheus: Effect.Effect<string>
  }
>()("counterfoil/observe/Metrics") {}
