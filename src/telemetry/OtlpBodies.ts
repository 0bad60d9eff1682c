/** The bodies of requests to a collector, as Effect encodes them, with what it does not know of us. */
import type * as HttpBody from "effect/http/HttpBody"
import type { MetricsData } from "effect/observability/OtlpMetrics"
import type { OtlpSerialization } from "effect/observability/OtlpSerialization"
import type { TraceData } from "effect/observability/OtlpTracer"

/** Encodes, and remembers how many spans are in a body. */
export interface OtlpBodies {
  readonly serialization: OtlpSerialization["Service"]
  readonly spansIn: (body: HttpBody.HttpBody) => number
}

/** Adds our name and version to what `encoder` encodes, and to metrics their units. */
export const otlpBodies = (encoder: OtlpSerialization["Service"], appVersion: string): OtlpBodies => {
  const spans = new WeakMap<HttpBody.HttpBody, number>()
  const scope = { name: "counterfoil", version: appVersion }
  return {
    spansIn: (body) => spans.get(body) ?? 0,
    serialization: {
      ...encoder,
      traces: (data) => {
        const body = encoder.traces(scopedTraces(data, scope))
        spans.set(body, spansOf(data))
        return body
      },
      metrics: (data) => encoder.metrics(scopedMetrics(data, scope))
    }
  }
}

interface InstrumentationScope {
  readonly name: string
  readonly version: string
}

const spansOf = ({ resourceSpans }: TraceData): number =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).reduce((sum, { spans }) => sum + spans.length, 0)

const scopedTraces = ({ resourceSpans }: TraceData, scope: InstrumentationScope): TraceData => ({
  resourceSpans: resourceSpans.map((one) => ({
    ...one,
    scopeSpans: one.scopeSpans.map((spans) => ({ ...spans, scope }))
  }))
})

const scopedMetrics = ({ resourceMetrics }: MetricsData, scope: InstrumentationScope): MetricsData => ({
  resourceMetrics: resourceMetrics.map((one) => ({
    ...one,
    scopeMetrics: one.scopeMetrics.map(({ metrics }) => ({
      scope,
      metrics: metrics.map((metric) => ({ ...metric, unit: unitOf(metric.name) }))
    }))
  }))
})

/**
 * The unit that a name tells. Prometheus and its collectors put a metric's unit behind its name unless it is there
 * already, and `_ratio` behind a gauge that counts things in "1": without this the names would not stay as they are.
 *
 * **Shape**: UCUM; empty for things that are counted.
 */
const unitOf = (name: string): string => {
  const words = name.replace(/_total$/, "")
  if (words.endsWith("_seconds")) return "s"
  if (words.endsWith("_bytes")) return "By"
  return words.endsWith("_ratio") ? "1" : ""
}
