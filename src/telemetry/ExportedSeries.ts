/** The names of the series that `run` exports, for who names them elsewhere. */
import { Effect, Layer, Metric } from "effect"
import { Health } from "./Health.ts"
import { layerHealthSeries } from "./HealthSeries.ts"
import { Metrics } from "./Metrics.ts"
import { layerOtlp } from "./Otlp.ts"
import { layerProcessMetrics } from "./ProcessMetrics.ts"
import { telemetryOff } from "./TelemetrySettings.ts"

/**
 * The name of each series as Prometheus has it, read from a registry as `run` fills it.
 *
 * **Shape**: a histogram has three, `…_bucket`, `…_sum` and `…_count`, and none of its own name.
 */
export const exportedSeries: Effect.Effect<ReadonlySet<string>> = Effect.suspend(() =>
  Effect.map(
    Metric.snapshot,
    (metrics) =>
      new Set(
        metrics.flatMap(({ id, type }) =>
          type === "Histogram" ? [`${id}_bucket`, `${id}_sum`, `${id}_count`] : [id]
        )
      )
  ).pipe(Effect.provide(everySeries, { local: true }))
)

const everySeries = Layer.mergeAll(
  layerHealthSeries,
  layerProcessMetrics("none"),
  layerOtlp(telemetryOff, "none")
).pipe(Layer.provideMerge(Layer.merge(Metrics.layer, Health.layer)))
