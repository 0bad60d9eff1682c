/** The standard variables of OpenTelemetry that are read. */
import { Option } from "effect"
import { anyText } from "./parsers/AnyText.ts"
import { bool } from "./parsers/Bool.ts"
import { enumeration } from "./parsers/Enumeration.ts"
import { integer } from "./parsers/Integer.ts"
import { collectorUrl, headerPairs, resourcePairs } from "./parsers/OtelText.ts"
import { share } from "./parsers/Share.ts"
import { type Tolerated, tolerant } from "./parsers/Tolerant.ts"
import { optional, type VariableDoc, withDefault } from "./Variable.ts"

const url = (doc: VariableDoc, example: string, otherwise: string) =>
  optional(doc, tolerant(collectorUrl(example)), otherwise)

const addresses = {
  endpoint: url(
    {
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      meaning:
        "Where traces and metrics are sent, by OTLP over HTTP: `/v1/traces` and `/v1/metrics` are added to it. In Kubernetes it may have been set for you",
      change: "You have a collector",
      see: "`OTEL_TRACES_SAMPLER`, and [what is sent](telemetry.md)"
    },
    "http://localhost:4318",
    "nothing is sent"
  ),
  tracesEndpoint: url(
    {
      name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
      meaning: "Where traces are sent, in place of `OTEL_EXPORTER_OTLP_ENDPOINT`; nothing is added to it",
      change: "Traces go elsewhere than metrics, or nothing but traces is to be sent"
    },
    "http://localhost:4318/v1/traces",
    "`OTEL_EXPORTER_OTLP_ENDPOINT`, and `/v1/traces`"
  ),
  metricsEndpoint: url(
    {
      name: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
      meaning: "Where metrics are sent, in place of `OTEL_EXPORTER_OTLP_ENDPOINT`; nothing is added to it",
      change: "Metrics go elsewhere than traces, or nothing but metrics is to be sent"
    },
    "http://localhost:4318/v1/metrics",
    "`OTEL_EXPORTER_OTLP_ENDPOINT`, and `/v1/metrics`"
  ),
  headers: optional(
    {
      name: "OTEL_EXPORTER_OTLP_HEADERS",
      meaning:
        "Headers of every request to the collector, such as a key. They are never shown. Prefer the variable: other users of the machine can see a flag",
      change: "The collector asks for a key",
      secret: true
    },
    tolerant(headerPairs),
    "none"
  ),
  protocol: withDefault(
    {
      name: "OTEL_EXPORTER_OTLP_PROTOCOL",
      meaning: "How what is sent is encoded. OTLP over gRPC (`grpc`, port 4317) is not spoken",
      change: "The collector takes only JSON, or you want to read what is sent"
    },
    tolerant(enumeration(["http/protobuf", "http/json"], "http/json")),
    "http/protobuf"
  )
}

const choices = {
  disabled: withDefault(
    {
      name: "OTEL_SDK_DISABLED",
      meaning: "Whether nothing is sent, whatever the other variables say",
      change: "A platform sets the addresses, and you want none of it",
      isSwitch: true
    },
    tolerant(bool),
    "false"
  ),
  tracesExporter: withDefault(
    {
      name: "OTEL_TRACES_EXPORTER",
      meaning: "Whether traces are sent where there is an address for them",
      change: "You want metrics alone (`none`)"
    },
    tolerant(enumeration(["otlp", "none"], "none")),
    "otlp"
  ),
  metricsExporter: withDefault(
    {
      name: "OTEL_METRICS_EXPORTER",
      meaning:
        "Whether metrics are sent where there is an address for them. `prometheus` sends none: `/metrics` has them anyhow",
      change: "You want traces alone (`none`)",
      see: "`HTTP_PORT`"
    },
    tolerant(enumeration(["otlp", "prometheus", "none"], "none")),
    "otlp"
  ),
  sampler: withDefault(
    {
      name: "OTEL_TRACES_SAMPLER",
      meaning:
        "Which batches are traced: all, none, or a share of them (`traceidratio`). A batch has no parent, since its messages come from many traces; so `parentbased_…` means the same as what follows it",
      change: "There are many batches: a share of 1 % costs next to nothing",
      see: "`OTEL_TRACES_SAMPLER_ARG`"
    },
    tolerant(
      enumeration(
        [
          "always_on",
          "always_off",
          "traceidratio",
          "parentbased_always_on",
          "parentbased_always_off",
          "parentbased_traceidratio"
        ],
        "parentbased_traceidratio"
      )
    ),
    "parentbased_always_on"
  ),
  samplerArgument: withDefault(
    {
      name: "OTEL_TRACES_SAMPLER_ARG",
      meaning: "The share of the batches that are traced, with `traceidratio`",
      change: "You want more traces, or fewer",
      see: "`OTEL_TRACES_SAMPLER`"
    },
    tolerant({ ...share, example: "0.01" }),
    "1"
  ),
  spansInterval: withDefault(
    {
      name: "OTEL_BSP_SCHEDULE_DELAY",
      meaning: "How often spans are sent, where there are fewer than fill a request",
      unit: "milliseconds",
      change: "You want them sooner"
    },
    tolerant(integer({ min: 100, max: 3_600_000 }, "1000")),
    "5000"
  ),
  metricsInterval: withDefault(
    {
      name: "OTEL_METRIC_EXPORT_INTERVAL",
      meaning: "How often metrics are sent",
      unit: "milliseconds",
      change: "You want them sooner"
    },
    tolerant(integer({ min: 1_000, max: 3_600_000 }, "15000")),
    "60000"
  )
}

const names = {
  serviceName: optional(
    {
      name: "OTEL_SERVICE_NAME",
      meaning: "The name of the service in traces and metrics",
      change: "Several deployments send to one collector"
    },
    tolerant({ ...anyText, example: "counterfoil-payments" }),
    "`service.name` of `OTEL_RESOURCE_ATTRIBUTES`, else `counterfoil`"
  ),
  resourceAttributes: optional(
    {
      name: "OTEL_RESOURCE_ATTRIBUTES",
      meaning:
        "What traces and metrics say of the process beside the name of the service. `service.version`, `service.instance.id` and `host.name` are added where they are not among them",
      change: "You want to find the traces of one environment"
    },
    tolerant(resourcePairs),
    "none"
  )
}

/** The variables, by what they mean here. */
export const otelVariables = { ...addresses, ...choices, ...names }

/** What was read of an optional one; undefined where it was left out, or cannot be used. */
export const usable = <A>(value: Option.Option<Tolerated<A>>): A | undefined =>
  Option.isSome(value) && value.value._tag === "Success" ? value.value.success : undefined

/** Their types. */
export type OtelVariables = typeof otelVariables
