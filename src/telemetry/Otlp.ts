/** Sends traces and metrics to a collector, where the settings name one. */
import { Effect, Layer, Option } from "effect"
import { BatchTracing } from "./BatchTracing.ts"
import { registerCollectorCounts, zeroCollectorCounts } from "./CollectorCounts.ts"
import { Metrics } from "./Metrics.ts"
import type { TelemetrySettings } from "./TelemetrySettings.ts"

/**
 * Sends the metrics of `Metrics` and spans of batches, for the life of the layer; its own series are there in any case.
 *
 * **Guarantee**: whatever a collector does, no message waits for it, and what is kept for it is bounded (G6).
 */
export const layerOtlp = (
  settings: TelemetrySettings,
  appVersion: string
): Layer.Layer<never, never, Metrics> =>
  Layer.effect(
    BatchTracing,
    Effect.gen(function* () {
      // The series go to the registry that comes with `Metrics`, and are sent from there.
      yield* Metrics
      const counts = zeroCollectorCounts()
      yield* registerCollectorCounts(counts)
      if (Option.isNone(settings.traces) && Option.isNone(settings.metrics)) return undefined
      const { exportTelemetry } = yield* Effect.promise(() => import("./OtlpExport.ts"))
      return yield* exportTelemetry({ settings, appVersion, counts })
    })
  )
