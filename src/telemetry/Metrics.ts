/** Counts what happens to deliveries, for people and for Prometheus. */
import { Context, Effect, Layer, Metric } from "effect"
import type { Fate } from "../domain/Fate.ts"
import { type StreamName, streamNames } from "../domain/StreamName.ts"
import type { LedgerTotals, StreamLedger } from "../pipeline/StreamLedger.ts"
import { countDurable, register, type StreamCounts, zeroCounts } from "./StreamSeries.ts"
import { registerWaits, type WaitOutcome, zeroWaits } from "./WaitSeries.ts"

/** Totals of one stream since the start, from its ledger. */
export type StreamTotals = LedgerTotals<Fate>

/**
 * Counts what happens to deliveries.
 *
 * **Guarantee**: labels come from closed lists, so cardinality is bounded (G6); totals keep G7's equation.
 */
export class Metrics extends Context.Service<
  Metrics,
  {
    /** How many deliveries of a stream were given up so far, because their lease could not be kept. */
    readonly leasesLost: (stream: StreamName, total: number) => Effect.Effect<void>
    /** From receipt to durable effect, for a batch. **Units**: milliseconds. */
    readonly durableAfter: (stream: StreamName, millis: number, deliveries: number) => void
    /** A payment left the waiting room. **Units**: milliseconds. */
    readonly waited: (outcome: WaitOutcome, waitedMillis: number) => void
    /** Says where the longest wait of the moment is read from. **Units**: milliseconds. */
    readonly watchWaits: (longestMillis: () => number) => Effect.Effect<void>
    /** Says where the totals of a stream are read from. */
    readonly watch: (stream: StreamName, ledger: Pick<StreamLedger<Fate>, "totals">) => Effect.Effect<void>
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
    leasesLost: (stream, total) =>
      Effect.sync(() => {
        streams[stream].leasesLost = total
      }),
    durableAfter: (stream, millis, deliveries) =>
      countDurable(streams[stream].durable, millis / 1000, deliveries),
    waited: (outcome) => {
      waits.ended[outcome] += 1
    },
    watchWaits: (longestMillis) =>
      Effect.sync(() => {
        waits.longestMillis = longestMillis
      }),
    watch: (stream, ledger) =>
      Effect.sync(() => {
        streams[stream].ledger = ledger
      }),
    totals: (stream) => Effect.sync(() => streams[stream].ledger.totals()),
    // Imported when first asked for: it brings Effect's HTTP modules, which most commands never need.
    prometheus: Effect.promise(() => import("effect/observability/PrometheusMetrics")).pipe(
      Effect.map(({ formatUnsafe }) => formatUnsafe(registry))
    )
  })
  return Context.add(registry, Metrics, metrics)
}
