import { assert, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Counterfoil.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { listeningCollector } from "../support/otlp/Collector.ts"
import { freePorts } from "../support/Ports.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { serving } from "./Serving.ts"

const traceparent = (id: number): string =>
  `00-${"c0".repeat(8)}${id.toString(16).padStart(16, "0")}-${id.toString(16).padStart(16, "0")}-01`

const order = (id: number): string =>
  `{"order_id":${id},"customer_id":1,"item":"a","quantity":1,"price":1,"shipping_address":"a","order_status":"a","creation_date":"a"}`

describeWith("cassandra", "pubsub")("Traces and metrics on real servers", { concurrent: true }, () => {
  it.live.each(["http/protobuf", "http/json"])(
    "%s: a collector gets a span of each batch with its links, and the figures of /metrics; a dead letter keeps its trace",
    (protocol) =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const { collector, url } = yield* listeningCollector
        const process = yield* serving(["run"], {
          ...deployment.environment,
          OTEL_EXPORTER_OTLP_ENDPOINT: url,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_HEADERS: "api-key=s3cret",
          OTEL_SERVICE_NAME: "counterfoil-test"
        })
        const ids = Array.from({ length: 50 }, (_, index) => index + 1)
        yield* Effect.promise(() =>
          deployment.pubsub.publish(deployment.orders, [
            ...ids.map((id) => ({
              data: order(id),
              attributes: { googclient_traceparent: traceparent(id) }
            })),
            { data: "{", attributes: { traceparent: traceparent(51) } }
          ])
        )
        const settled = yield* Effect.andThen(
          process.until("/metrics", ({ text }) => /fates_total\{[^}]*undecodable[^}]*\} 1\n/.test(text)),
          process.until("/metrics", ({ text }) => /fates_total\{[^}]*order-stored[^}]*\} 50\n/.test(text))
        ).pipe(Effect.andThen(process.get("/metrics")))
        yield* process.signal("SIGTERM")
        assert.deepStrictEqual(yield* process.ended, { code: 0, signal: null }, process.stderr())
        yield* until(
          "the last metrics",
          Effect.sync(() => collector.metrics.length > 0),
          "10 seconds",
          process.stderr
        )

        const linked = collector.spans.flatMap(({ links }) =>
          links.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`)
        )
        assert.includeMembers(linked, [...ids, 51].map(traceparent))
        const processed = collector.spans.filter(({ name }) => name === `process ${deployment.orders}-sub`)
        const stored = processed.map(({ attributes }) =>
          Number(attributes["counterfoil.fates.order-stored"] ?? 0)
        )
        assert.strictEqual(
          stored.reduce((sum, count) => sum + count, 0),
          50
        )
        expect(collector.spans.map(({ name }) => name)).toContain(`publish ${deployment.orders}-sub`)
        assert.deepStrictEqual(
          [...new Set(collector.requests.map(({ headers }) => headers.get("api-key")))],
          ["s3cret"]
        )
        assert.notInclude(process.stderr(), "s3cret")

        const shown = parseExposition(settled.text)
        const sent = collector.metrics.at(-1)
        assert.isDefined(sent)
        assert.strictEqual(sent.resource["service.name"], "counterfoil-test")
        for (const [name, fate, reason] of [
          ["counterfoil_deliveries_received_total"],
          ["counterfoil_fates_total", "order-stored", ""],
          ["counterfoil_fates_total", "dead-lettered", "undecodable"]
        ] as const) {
          const labels = { stream: "orders", ...(fate === undefined ? {} : { fate, reason }) }
          assert.strictEqual(valueOf(sent.families, name, labels), valueOf(shown, name, labels))
        }
        const [letter] = yield* Effect.promise(() =>
          deployment.pubsub.takeAll(`${deployment.deadLetters}-sub`, 1)
        )
        assert.strictEqual(letter?.attributes["traceparent"], traceparent(51))
      }),
    60_000
  )

  it.live(
    "variables that cannot be used, and a collector that is not there, are warnings: run is ready, and stops in time",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const [port = 0] = yield* freePorts(1)
        const process = yield* serving(["run"], {
          ...deployment.environment,
          LOG_FORMAT: "pretty",
          OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
          OTEL_TRACES_SAMPLER: "jaeger_remote"
        })
        yield* process.until("/ready", ({ status }) => status === 200)
        yield* Effect.promise(() => deployment.pubsub.publish(deployment.orders, [{ data: order(1) }]))
        yield* until(
          "a warning of the collector",
          Effect.sync(() => /traces are not taken by the collector .*: ECONNREFUSED/.test(process.stderr())),
          "30 seconds",
          process.stderr
        )
        assert.match(process.stderr(), /OTEL_EXPORTER_OTLP_ENDPOINT is "collector:4318": must be an address/)
        assert.match(process.stderr(), /OTEL_TRACES_SAMPLER is "jaeger_remote": must be one of/)
        yield* process.signal("SIGTERM")
        assert.deepStrictEqual(yield* process.ended, { code: 0, signal: null }, process.stderr())
      }),
    60_000
  )
})
