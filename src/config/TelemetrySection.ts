/** Where traces and metrics are sent, and which, by the standard variables of OpenTelemetry. */
import { Duration, Option, Redacted, Result } from "effect"
import type { CollectorSettings, TelemetrySettings } from "../telemetry/TelemetrySettings.ts"
import { explain } from "./Configuration.ts"
import { type Relation, section, type ValuesOf } from "./Section.ts"
import { type OtelVariables, otelVariables, usable } from "./TelemetryVariables.ts"

/** What happens where a value cannot be used; a platform may have set it, so it keeps nothing from starting. */
const otherwise: Readonly<Record<keyof OtelVariables, string>> = {
  endpoint: "nothing is sent there",
  tracesEndpoint: "no traces are sent",
  metricsEndpoint: "no metrics are sent",
  headers: "requests go without them",
  protocol: "nothing is sent",
  disabled: "it counts as false",
  tracesExporter: "no traces are sent",
  metricsExporter: "no metrics are sent",
  sampler: "every batch is traced, as without it",
  samplerArgument: "it counts as 1",
  spansInterval: "it counts as 5000",
  metricsInterval: "it counts as 60000",
  serviceName: "it counts as missing",
  resourceAttributes: "they are left out"
}

type Key = keyof OtelVariables

/** The variable is a warning; its flag, which no platform sets, an error as that of any other setting. */
const relation = (key: Key, severity: "error" | "warning"): Relation<OtelVariables> => ({
  of: [key],
  severity,
  broken: (values, given) => {
    const label = given[key]
    const unusable = unusableText(values[key])
    if (label === undefined || unusable === undefined) return undefined
    if (label.startsWith("--") !== (severity === "error")) return undefined
    const line = explain(otelVariables[key], { label, text: unusable })
    return severity === "error" ? line : `${line}. Until then, ${otherwise[key]}`
  }
})

const unusableText = (value: ValuesOf<OtelVariables>[Key]): string | undefined => {
  const read = Option.isOption(value) ? Option.getOrUndefined<Result.Result<unknown, string>>(value) : value
  return read !== undefined && Result.isFailure(read) ? read.failure : undefined
}

const keys = Object.keys(otherwise) as ReadonlyArray<Key>

/** The variables behind {@link TelemetrySettings}. */
export const telemetrySection = section({
  title: "OpenTelemetry",
  variables: otelVariables,
  relations: keys.flatMap((key) => [relation(key, "error"), relation(key, "warning")]),
  settings: (values): TelemetrySettings => {
    const { "service.name": attributeName, ...resourceAttributes } = usable(values.resourceAttributes) ?? {}
    return {
      traces: collectorOf(values, values.tracesExporter, values.tracesEndpoint, "v1/traces"),
      metrics: collectorOf(values, values.metricsExporter, values.metricsEndpoint, "v1/metrics"),
      tracedShare: tracedShare(values),
      spansInterval: Duration.millis(Result.getOrElse(values.spansInterval, () => 5_000)),
      metricsInterval: Duration.millis(Result.getOrElse(values.metricsInterval, () => 60_000)),
      serviceName: usable(values.serviceName) ?? attributeName ?? "counterfoil",
      resourceAttributes
    }
  }
})

type Values = ValuesOf<OtelVariables>

const collectorOf = (
  values: Values,
  exporter: Values["tracesExporter" | "metricsExporter"],
  own: Values["endpoint"],
  path: string
): Option.Option<CollectorSettings> => {
  const { disabled, endpoint, headers, protocol } = values
  const isOff = Result.getOrElse(disabled, () => false) || !Result.isSuccess(exporter)
  if (isOff || exporter.success !== "otlp" || Result.isFailure(protocol)) return Option.none()
  const base = usable(endpoint)
  // An address of its own that cannot be used does not mean that of all.
  const url = Option.isSome(own) ? usable(own) : base && `${base.replace(/\/+$/, "")}/${path}`
  return Option.map(Option.fromUndefinedOr(url), (known) => ({
    url: known,
    headers: Redacted.make(usable(headers) ?? {}),
    protocol: protocol.success
  }))
}

const tracedShare = ({ sampler, samplerArgument }: Values): number => {
  const name = Result.getOrElse(sampler, () => "always_on")
  if (name.endsWith("always_off")) return 0
  return name.endsWith("traceidratio") ? Result.getOrElse(samplerArgument, () => 1) : 1
}
