import { assert, describe, expect, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Option, Redacted } from "effect"
import { configuration } from "../../src/config/Configuration.ts"
import { sections } from "../../src/config/Sections.ts"

const read = (env: Record<string, string>) =>
  configuration({ telemetry: sections.telemetry }).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))),
    Effect.map(({ settings, warnings }) => ({ ...settings.telemetry, warnings }))
  )

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }

const urls = ({ metrics, traces }: Effect.Success<ReturnType<typeof read>>) => [
  Option.getOrNull(Option.map(traces, ({ url }) => url)),
  Option.getOrNull(Option.map(metrics, ({ url }) => url))
]

const traces = "http://collector:4318/v1/traces"
const metrics = "http://collector:4318/v1/metrics"

describe("the variables of OpenTelemetry", () => {
  it.effect.each<readonly [env: Record<string, string>, traces: string | null, metrics: string | null]>([
    [{}, null, null],
    [endpoint, traces, metrics],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "https://x/otlp/" },
      "https://x/otlp/v1/traces",
      "https://x/otlp/v1/metrics"
    ],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/own" }, "http://t/own", null],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://m/" }, traces, "http://m/"],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: "none" }, null, metrics],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: "none" }, traces, null],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: "prometheus" }, traces, null],
    [{ ...endpoint, OTEL_SDK_DISABLED: "TRUE" }, null, null],
    [{ ...endpoint, OTEL_SDK_DISABLED: "false" }, traces, metrics]
  ])("%o: traces go to %s, metrics to %s", ([env, ...expected]) =>
    Effect.gen(function* () {
      const settings = yield* read(env)
      assert.deepStrictEqual(urls(settings), expected)
      assert.deepStrictEqual(settings.warnings, [])
    })
  )

  it.effect.each<readonly [env: Record<string, string>, traces: string | null, metrics: string | null]>([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, null, null],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://u:p@collector:4318" }, null, null],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "collector" }, null, metrics],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, null, null],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: "zipkin" }, null, metrics],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: "console" }, traces, null],
    [{ ...endpoint, OTEL_SDK_DISABLED: "perhaps" }, traces, metrics],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: "%zz=1" }, traces, metrics],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: "xray" }, traces, metrics]
  ])("%o cannot be used: one warning, and traces go to %s, metrics to %s", ([env, ...expected]) =>
    Effect.gen(function* () {
      const settings = yield* read(env)
      assert.deepStrictEqual(urls(settings), expected)
      assert.strictEqual(settings.warnings.length, 1)
    })
  )

  it.effect.each<readonly [env: Record<string, string>, share: number]>([
    [{}, 1],
    [{ OTEL_TRACES_SAMPLER: "always_on", OTEL_TRACES_SAMPLER_ARG: "0.5" }, 1],
    [{ OTEL_TRACES_SAMPLER: "always_off" }, 0],
    [{ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, 0],
    [{ OTEL_TRACES_SAMPLER: "traceidratio" }, 1],
    [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" }, 0.25],
    [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" }, 0.01],
    [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "7" }, 1]
  ])("%o: a share of %d of the batches is traced", ([env, share]) =>
    Effect.map(read(env), ({ tracedShare }) => assert.strictEqual(tracedShare, share))
  )

  it.effect.each<readonly [env: Record<string, string>, name: string]>([
    [{}, "counterfoil"],
    [{ OTEL_RESOURCE_ATTRIBUTES: "service.name=a,team=b%20c" }, "a"],
    [{ OTEL_RESOURCE_ATTRIBUTES: "service.name=a", OTEL_SERVICE_NAME: "x" }, "x"]
  ])("%o: the service is %s", ([env, name]) =>
    Effect.gen(function* () {
      const { resourceAttributes, serviceName } = yield* read(env)
      assert.strictEqual(serviceName, name)
      expect(Object.keys(resourceAttributes)).not.toContain("service.name")
    })
  )

  it.effect("names, headers and attributes are decoded, and no header shows where settings are printed", () =>
    Effect.gen(function* () {
      const settings = yield* read({
        ...endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20s3cret, x-tenant = a=b ",
        OTEL_RESOURCE_ATTRIBUTES: "team=b%20c,empty=",
        OTEL_METRIC_EXPORT_INTERVAL: "5000",
        OTEL_EXPORTER_OTLP_PROTOCOL: "HTTP/JSON"
      })
      assert.deepStrictEqual(settings.resourceAttributes, { team: "b c", empty: "" })
      assert.strictEqual(Duration.toMillis(settings.metricsInterval), 5_000)
      const collector = Option.getOrThrow(settings.traces)
      assert.strictEqual(collector.protocol, "http/json")
      assert.deepStrictEqual(Redacted.value(collector.headers), {
        authorization: "Bearer s3cret",
        "x-tenant": "a=b"
      })
      assert.notInclude(JSON.stringify(settings), "s3cret")
    })
  )

  it.effect("a header that would break the request is not sent, and not shown", () =>
    Effect.gen(function* () {
      const settings = yield* read({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: "a=s3cret%0d%0ab:c" })
      assert.deepStrictEqual(Redacted.value(Option.getOrThrow(settings.traces).headers), {})
      assert.notInclude(settings.warnings.join(), "s3cret")
    })
  )
})
