/** Decodes what is sent to a collector: JSON as OTLP has it, or protobuf by a library that did not encode it. */
import { join } from "node:path"
import protobuf from "protobufjs"
import type { Family, Sample } from "../Exposition.ts"

/** Attributes by their keys. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** A span as a collector sees it. */
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  /** **Units**: ns since the epoch. */
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Attributes
  readonly events: ReadonlyArray<string>
  readonly links: ReadonlyArray<{
    readonly traceId: string
    readonly spanId: string
    readonly attributes: Attributes
  }>
  /** 1 is well, 2 an error. */
  readonly status: number
  readonly statusMessage: string
  readonly resource: Attributes
  readonly scope: string
}

/** The metrics of one request. */
export interface SentMetrics {
  readonly resource: Attributes
  /** As `/metrics` would show them. */
  readonly families: ReadonlyMap<string, Family>
  readonly units: ReadonlyMap<string, string>
}

/** The spans in a body. **Errors**: throws where it is not OTLP. */
export const spansIn = (contentType: string, body: Uint8Array): ReadonlyArray<SentSpan> => {
  const { resourceSpans } = decoded<{ readonly resourceSpans: ReadonlyArray<ResourceSpans> }>(
    contentType,
    body,
    "TracesData"
  )
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        name: span.name,
        kind: span.kind,
        start: BigInt(span.startTimeUnixNano),
        end: BigInt(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes),
        events: (span.events ?? []).map(({ name }) => name),
        links: (span.links ?? []).map((link) => ({
          traceId: link.traceId,
          spanId: link.spanId,
          attributes: attributesOf(link.attributes)
        })),
        status: span.status?.code ?? 0,
        statusMessage: span.status?.message ?? "",
        resource: attributesOf(resource.attributes),
        scope: `${scope.name} ${scope.version}`
      }))
    )
  )
}

/** The metrics in a body. **Errors**: throws where it is not OTLP, or where a metric is told of twice. */
export const metricsIn = (contentType: string, body: Uint8Array): SentMetrics => {
  const { resourceMetrics } = decoded<{ readonly resourceMetrics: ReadonlyArray<ResourceMetrics> }>(
    contentType,
    body,
    "MetricsData"
  )
  const families = new Map<string, Family>()
  const units = new Map<string, string>()
  for (const metric of resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics)
  )) {
    if (families.has(metric.name)) throw new Error(`${metric.name}: twice`)
    families.set(metric.name, familyOf(metric))
    units.set(metric.name, metric.unit ?? "")
  }
  return { resource: attributesOf(resourceMetrics[0]?.resource.attributes), families, units }
}

const familyOf = ({ description, gauge, histogram, name, sum }: Metric): Family => {
  const points = (gauge ?? sum)?.dataPoints ?? []
  if (histogram === undefined)
    return {
      help: description,
      type: sum === undefined ? "gauge" : "counter",
      samples: points.map(({ asDouble, asInt, attributes }) => ({
        name,
        labels: labelsOf(attributes),
        value: numberOf(asDouble ?? asInt ?? 0)
      }))
    }
  return { help: description, type: "histogram", samples: histogram.dataPoints.flatMap(samplesOf(name)) }
}

/** Buckets as Prometheus counts them: each with all below it. */
const samplesOf =
  (name: string) =>
  ({ attributes, bucketCounts, count, explicitBounds, sum }: HistogramPoint): ReadonlyArray<Sample> => {
    const labels = labelsOf(attributes)
    let cumulated = 0
    const buckets = bucketCounts.map((own, index) => {
      cumulated += numberOf(own)
      const bound = explicitBounds[index]
      const le = bound === undefined ? "+Inf" : String(numberOf(bound))
      return { name: `${name}_bucket`, labels: { ...labels, le }, value: cumulated }
    })
    return [
      ...buckets,
      { name: `${name}_sum`, labels, value: numberOf(sum ?? 0) },
      { name: `${name}_count`, labels, value: numberOf(count) }
    ]
  }

const decoded = <A>(contentType: string, body: Uint8Array, message: "TracesData" | "MetricsData"): A => {
  if (contentType === "application/json") return JSON.parse(new TextDecoder().decode(body))
  if (contentType !== "application/x-protobuf") throw new Error(`a body of ${contentType}`)
  const type = schema.lookupType(`otlp.${message}`)
  const plain = type.toObject(type.decode(body), { longs: String, bytes: String, arrays: true })
  return JSON.parse(JSON.stringify(plain, hexIds))
}

const schema = protobuf.loadSync(join(import.meta.dirname, "otlp.proto"))

/** JSON has no NaN, and OTLP's JSON has ids in hexadecimal digits. */
const hexIds = (key: string, value: unknown): unknown => {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value)
  if (idKeys.has(key)) return Buffer.from(String(value), "base64").toString("hex")
  return value
}

const idKeys: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"])

const numberOf = (value: number | string): number => Number(value)

const attributesOf = (pairs: ReadonlyArray<KeyValue> = []): Attributes =>
  Object.fromEntries(
    pairs.map(({ key, value: { boolValue, doubleValue, intValue, stringValue } }) => [
      key,
      stringValue ?? boolValue ?? (intValue === undefined ? (doubleValue ?? "") : Number(intValue))
    ])
  )

const labelsOf = (pairs: ReadonlyArray<KeyValue> | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(attributesOf(pairs)).map(([key, value]) => [key, String(value)]))

interface KeyValue {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly boolValue?: boolean
    readonly intValue?: string | number
    readonly doubleValue?: number
  }
}

interface Resource {
  readonly attributes: ReadonlyArray<KeyValue>
}

interface ResourceSpans {
  readonly resource: Resource
  readonly scopeSpans: ReadonlyArray<{
    readonly scope: { readonly name: string; readonly version: string }
    readonly spans: ReadonlyArray<Span>
  }>
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: ReadonlyArray<KeyValue>
  readonly events?: ReadonlyArray<{ readonly name: string }>
  readonly links?: ReadonlyArray<{
    readonly traceId: string
    readonly spanId: string
    readonly attributes?: ReadonlyArray<KeyValue>
  }>
  readonly status?: { readonly code?: number; readonly message?: string }
}

interface ResourceMetrics {
  readonly resource: Resource
  readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<Metric> }>
}

interface Metric {
  readonly name: string
  readonly description: string
  readonly unit?: string
  readonly gauge?: { readonly dataPoints: ReadonlyArray<NumberPoint> }
  readonly sum?: { readonly dataPoints: ReadonlyArray<NumberPoint> }
  readonly histogram?: { readonly dataPoints: ReadonlyArray<HistogramPoint> }
}

interface NumberPoint {
  readonly attributes?: ReadonlyArray<KeyValue>
  readonly asDouble?: number | string
  readonly asInt?: number | string
}

interface HistogramPoint {
  readonly attributes?: ReadonlyArray<KeyValue>
  readonly count: number | string
  readonly sum?: number | string
  readonly bucketCounts: ReadonlyArray<number | string>
  readonly explicitBounds: ReadonlyArray<number | string>
}
