/** What sends to a collector of a test. */
import { Context, Duration, Effect, Layer, Option, Redacted } from "effect"
import { Fetch } from "effect/http/FetchHttpClient"
import { BatchTracing } from "../../../src/telemetry/BatchTracing.ts"
import { Metrics } from "../../../src/telemetry/Metrics.ts"
import { layerOtlp } from "../../../src/telemetry/Otlp.ts"
import type { CollectorSettings, TelemetrySettings } from "../../../src/telemetry/TelemetrySettings.ts"
import { parseExposition, valueOf } from "../Exposition.ts"
import { Collector } from "./Collector.ts"

/** Both signals to one collector, every batch traced. */
export const telemetryTo = (
  url: string,
  overrides: Partial<TelemetrySettings & Pick<CollectorSettings, "protocol">> = {}
): TelemetrySettings => {
  const { protocol = "http/protobuf", ...settings } = overrides
  const to = (path: string) =>
    Option.some({ url: `${url}/v1/${path}`, headers: Redacted.make({ "api-key": "k" }), protocol })
  return {
    traces: to("traces"),
    metrics: to("metrics"),
    tracedShare: 1,
    spansInterval: Duration.seconds(5),
    metricsInterval: Duration.seconds(60),
    serviceName: "counterfoil",
    resourceAttributes: { team: "payments" },
    ...settings
  }
}

/** A collector in memory, and what sends to it, for the life of the scope. Made after a world, which sets the clock. */
export const makeTelemetry = Effect.fnUntraced(function* (overrides: Parameters<typeof telemetryTo>[1] = {}) {
  const collector = new Collector()
  const context = yield* Layer.build(
    layerOtlp(telemetryTo("http://collector:4318", overrides), "1.2.3").pipe(
      Layer.provideMerge(Layer.fresh(Metrics.layer))
    )
  ).pipe(Effect.provideService(Fetch, collector.fetch))
  const exposition = Effect.map(Context.get(context, Metrics).prometheus, parseExposition)
  return {
    collector,
    /** Runs something whose batches are traced. */
    tracing: <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.provideService(effect, BatchTracing, Context.get(context, BatchTracing)),
    exposition,
    /** One sample of `/metrics`. */
    shown: (name: string, labels: Readonly<Record<string, string>> = {}) =>
      Effect.map(exposition, (families) => valueOf(families, name, labels))
  }
})
