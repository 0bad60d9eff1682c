/** Sends traces and metrics by Effect's own exporters; loaded only where there is a collector. */
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import { ConfigProvider, Effect, Option, Random, Scope } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as OtlpExporter from "effect/observability/OtlpExporter"
import * as OtlpMetrics from "effect/observability/OtlpMetrics"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import type { Tracing } from "./BatchTracing.ts"
import type { CollectorCounts, Signal } from "./CollectorCounts.ts"
import { type CollectorQueueOptions, makeCollectorQueue } from "./CollectorQueue.ts"
import { metricsRequestsMax, spanBytesMax, spansPerRequest } from "./Limits.ts"
import { otlpBodies } from "./OtlpBodies.ts"
import type { CollectorSettings, TelemetrySettings } from "./TelemetrySettings.ts"

/** What is sent of which process. */
export interface OtlpExportOptions {
  readonly settings: TelemetrySettings
  readonly appVersion: string
  readonly counts: CollectorCounts
}

/**
 * Sends what the settings say, for the life of the scope: the metrics of the registry of this context, and spans of
 * those who use what it answers; undefined where no batch is to be traced.
 */
export const exportTelemetry = Effect.fnUntraced(function* (
  options: OtlpExportOptions
): Effect.fn.Return<Tracing | undefined, never, Scope.Scope> {
  const { metrics, metricsInterval, spansInterval, tracedShare, traces } = options.settings
  const resource = resourceOf(options)
  // Closed at once: a collector that does not answer would else cost a stop its time for each of them.
  const both = yield* Scope.fork(yield* Effect.scope, "parallel")
  const apart = <A>(exporter: Effect.Effect<A, never, Scope.Scope>): Effect.Effect<A> =>
    Effect.flatMap(Scope.fork(both), (scope) => Scope.provide(exporter, scope))
  if (Option.isSome(metrics)) {
    const { url } = metrics.value
    const exporter = OtlpMetrics.make({ url, resource, exportInterval: metricsInterval })
    yield* apart(sendingTo("metrics", metrics.value, options, exporter))
  }
  if (Option.isNone(traces) || tracedShare === 0) return undefined
  const random = yield* Random.Random
  const { url } = traces.value
  const exporter = OtlpTracer.make({
    url,
    resource,
    exportInterval: spansInterval,
    maxBatchSize: spansPerRequest
  })
  const tracer = yield* apart(sendingTo("traces", traces.value, options, exporter))
  return { tracer, isSampled: () => random.nextDoubleUnsafe() < tracedShare }
})

/** What is said of the process in everything that it sends; what the settings say comes first. */
const resourceOf = ({ appVersion, settings: { resourceAttributes, serviceName } }: OtlpExportOptions) => {
  const { "service.version": version, ...attributes } = resourceAttributes
  return {
    serviceName,
    serviceVersion: version ?? appVersion,
    attributes: { "service.instance.id": randomUUID(), "host.name": hostname(), ...attributes }
  }
}

const limitsOf: Readonly<Record<Signal, Pick<CollectorQueueOptions, "limits" | "sendsAgain">>> = {
  traces: { limits: { requests: Number.POSITIVE_INFINITY, bytes: spanBytesMax }, sendsAgain: true },
  metrics: { limits: { requests: metricsRequestsMax, bytes: Number.POSITIVE_INFINITY }, sendsAgain: false }
}

/**
 * Gives an exporter of Effect's a queue in place of the network. Its own would grow while a collector is slow, and after a
 * failure it would drop for a minute what nobody counts.
 */
const sendingTo = Effect.fnUntraced(function* <A>(
  signal: Signal,
  collector: CollectorSettings,
  { appVersion, counts }: OtlpExportOptions,
  exporter: Effect.Effect<A, never, ExporterParts | Scope.Scope>
) {
  const queue = yield* makeCollectorQueue({ signal, collector, counts, ...limitsOf[signal] }).pipe(
    Effect.provide(FetchHttpClient.layer)
  )
  const { serialization, spansIn } = otlpBodies(yield* encoderOf(collector), appVersion)
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      queue.offer({ body: request.body, spans: spansIn(request.body) })
      return HttpClientResponse.fromWeb(request, new Response(null, { status: 204 }))
    })
  )
  return yield* exporter.pipe(
    Effect.provideService(HttpClient.HttpClient, client),
    Effect.provideService(OtlpSerialization.OtlpSerialization, serialization),
    Effect.provideService(OtlpExporter.Flusher, unflushed),
    // It would read variables by itself, and die of one that is malformed.
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown({}))
  )
})

type ExporterParts = HttpClient.HttpClient | OtlpSerialization.OtlpSerialization | OtlpExporter.Flusher

const encoderOf = ({ protocol }: CollectorSettings) =>
  OtlpSerialization.OtlpSerialization.pipe(
    Effect.provide(protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf)
  )

/** Nobody asks for it: the exporters send what they have at an interval, and at their end. */
const unflushed = { flush: Effect.void, register: () => Effect.void }
