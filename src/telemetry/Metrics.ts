/** Counts what happens to deliveries, for people and for Prometheus. */
import { Context, Effect, Layer, Metric } from "effect"
import type { Fate } from "../domain/Fate.ts"
import { countDurable, register, type StreamCounts, zeroCounts } from "./StreamSeries.ts"
import { registerWaits, type WaitOutcome, zeroWaits } from "./WaitSeries.ts"

/** The streams a process runs; a label of every stream's metrics. */
export const streamNames = ["orders", "payments"] as const

/** One of {@link streamNames}. */
export type StreamName = (typeof streamNames)[number]

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
    /** How many deliveries of a stream were given up so far, because their lease could not be kept. */
    readonly leasesLost: (stream: StreamName, total: number) => Effect.Effect<void>
    /** From receipt to durable effect, for a batch. **Units**: milliseconds. */
    readonly durableAfter: (stream: StreamName, millis: number, deliveries: number) => Effect.Effect<void>
    /** Payments that left the waiting room. */
    readonly waited: (outcome: WaitOutcome, payments: number) => Effect.Effect<void>
    /** Says where the longest wait of the moment is read from. **Units**: milliseconds. */
    readonly watchWaits: (longestMillis: () => number) => Effect.Effect<void>
    /** Says where the gauges of a stream are read from. */
    readonly watch: (stream: StreamName, gauges: () => StreamGauges) => Effect.Effect<void>
    readonly totals: (stream: StreamName) => Effect.Effect<StreamTotals>
    /** Everything in Prometheus' text format. */
    readonly prometheus: Effect.Effect<string>
  }
>()("counterfoil/telemetry/Metrics") {
  /**
   * Counts from zero, in a registry of its own.
   *
   * **Shape**: gives that registry as Effect's `MetricRegistry` too, so that an exporter built on this layer
   * exports the same series.
   */
  static readonly layer = Layer.effectContext(Effect.sync(() => make()))
}

const make = (): Context.Context<Metrics> => {
  const registry: Context.Context<never> = Context.make(Metric.MetricRegistry, new Map())
  const streams: Record<StreamName, StreamCounts> = { orders: zeroCounts(), payments: zeroCounts() }
  const waits = zeroWaits()
  for (const stream of streamNames) register(stream, streams[stream], registry)
  registerWaits(waits, registry)

  const metrics = Metrics.of({
    received: (stream, deliveries, bytes) =>
      Effect.sync(() => {
        streams[stream].received += deliveries
        streams[stream].receivedBytes += bytes
      }),
    fated: (stream, fate, deliveries) =>
      Effect.sync(() => {
        streams[stream].fates[fate] += deliveries
      }),
    released: (stream, deliveries) =>
      Effect.sync(() => {
        streams[stream].released += deliveries
      }),
    retried: (stream, deliveries) =>
      Effect.sync(() => {
        streams[stream].retries += deliveries
      }),
    unconfirmed: (stream, deliveries) =>
      Effect.sync(() => {
        streams[stream].unconfirmed += deliveries
      }),
    leasesLost: (stream, total) =>
      Effect.sync(() => {
        streams[stream].leasesLost = total
      }),
    durableAfter: (stream, millis, deliveries) =>
      Effect.sync(() => countDurable(streams[stream].durable, millis / 1000, deliveries)),
    waited: (outcome, payments) =>
      Effect.sync(() => {
        waits.ended[outcome] += payments
      }),
    watchWaits: (longestMillis) =>
      Effect.sync(() => {
        waits.longestMillis = longestMillis
      }),
    watch: (stream, gauges) =>
      Effect.sync(() => {
        streams[stream].gauges = gauges
      }),
    totals: (stream) => Effect.sync(() => totalsOf(streams[stream])),
    // Imported when first asked for: it brings Effect's HTTP modules, which most commands never need.
    prometheus: Effect.promise(() => import("effect/observability/PrometheusMetrics")).pipe(
      Effect.map(({ formatUnsafe }) => formatUnsafe(registry))
    )
  })
  return Context.add(registry, Metrics, metrics)
}

const totalsOf = (counts: StreamCounts): StreamTotals => ({
  received: counts.received,
  fates: { ...counts.fates },
  released: counts.released,
  retries: counts.retries,
  unconfirmed: counts.unconfirmed,
  ...counts.gauges()
})
