/** Counts what happens to deliveries, for people and for Prometheus. */
import { Clock, Context, Effect, Layer, Metric } from "effect"
import type { Fate } from "../domain/Fate.ts"
import { countDuration } from "./DurationHistogram.ts"
import { seriesOf } from "./Series.ts"
import {
  type PauseReason,
  registerStream,
  type StreamCounts,
  secondsSince,
  zeroCounts
} from "./StreamSeries.ts"
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

/** What is read of a stream now and then, since metrics cannot read it themselves. */
export interface StreamReading {
  /** Deliveries given up so far, because their lease could not be kept. */
  readonly leasesLost: number
  /** Oldest publish time of what is received and has no fate, what waits apart. **Units**: µs since the epoch. */
  readonly oldestUnsettledMicros: number | undefined
  /** Why intake stands still; undefined while it does not. */
  readonly pausedBy: PauseReason | undefined
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
    /** Dead letters whose publish was not confirmed. */
    readonly publishFailed: (stream: StreamName, deadLetters: number) => Effect.Effect<void>
    /** From receipt to durable effect, for deliveries received together. **Units**: milliseconds. */
    readonly durableAfter: (stream: StreamName, millis: number, deliveries: number) => Effect.Effect<void>
    /** Payments that left the waiting room. */
    readonly waited: (outcome: WaitOutcome, payments: number) => Effect.Effect<void>
    /** How long each of them was there. **Units**: milliseconds. */
    readonly waitedFor: (millis: ReadonlyArray<number>) => Effect.Effect<void>
    /** What was last read of a stream. */
    readonly read: (stream: StreamName, reading: StreamReading) => Effect.Effect<void>
    /** The orders watermark, as last read. **Units**: µs since the epoch, `-Infinity` to `Infinity`. */
    readonly watermarkRead: (micros: number) => Effect.Effect<void>
    /**
     * How far the orders watermark is behind the present: 0 when caught up, undefined while nothing is known of it.
     *
     * **Units**: seconds.
     */
    readonly watermarkBehindSeconds: Effect.Effect<number | undefined>
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
  static readonly layer = Layer.effectContext(Effect.map(Clock.Clock, (clock) => make(clock)))
}

const make = (clock: Clock.Clock): Context.Context<Metrics> => {
  const registry: Context.Context<never> = Context.make(Metric.MetricRegistry, new Map())
  const streams: Record<StreamName, StreamCounts> = { orders: zeroCounts(), payments: zeroCounts() }
  const waits = zeroWaits()
  let watermarkMicros = Number.NEGATIVE_INFINITY
  const nowMillis = () => clock.currentTimeMillisUnsafe()
  const behindSeconds = () =>
    watermarkMicros === Number.NEGATIVE_INFINITY ? undefined : secondsSince(watermarkMicros, nowMillis())

  const series = seriesOf(registry)
  for (const stream of streamNames) registerStream(stream, streams[stream], series, nowMillis)
  registerWaits(waits, series)
  series.gauge(
    "counterfoil_orders_watermark_lag_seconds",
    "How far the orders watermark is behind the present: 0 when caught up, NaN while nothing is known of it.",
    {},
    () => behindSeconds() ?? Number.NaN
  )

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
    publishFailed: (stream, deadLetters) =>
      Effect.sync(() => {
        streams[stream].publishFailures += deadLetters
      }),
    durableAfter: (stream, millis, deliveries) =>
      Effect.sync(() => countDuration(streams[stream].durable, millis / 1000, deliveries)),
    waited: (outcome, payments) =>
      Effect.sync(() => {
        waits.ended[outcome] += payments
      }),
    waitedFor: (times) =>
      Effect.sync(() => {
        for (const millis of times) countDuration(waits.times, millis / 1000, 1)
      }),
    read: (stream, reading) =>
      Effect.sync(() => {
        streams[stream].reading = reading
      }),
    watermarkRead: (micros) =>
      Effect.sync(() => {
        watermarkMicros = micros
      }),
    watermarkBehindSeconds: Effect.sync(behindSeconds),
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
