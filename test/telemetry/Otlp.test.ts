import { assert, describe, expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Logger, Option, Scope } from "effect"
import { TestClock } from "effect/testing"
import { BatchTracing } from "../../src/telemetry/BatchTracing.ts"
import { dropReasons, signals } from "../../src/telemetry/CollectorCounts.ts"
import {
  collectorAnswerMillis,
  collectorRetryCapMillis,
  spanBytesMax,
  spansPerRequest
} from "../../src/telemetry/Limits.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import type { Family } from "../support/Exposition.ts"
import type { Manner } from "../support/otlp/Collector.ts"
import { makeTelemetry } from "../support/otlp/Telemetry.ts"

/** Ends so many spans. `text`: what each carries. */
const endSpans = (tracing: Telemetry["tracing"], count: number, text = "") =>
  tracing(
    Effect.gen(function* () {
      const { tracer } = (yield* BatchTracing) ?? {}
      for (let number = 0; number < count; number++) {
        const span = tracer?.span({
          name: `span ${number}`,
          parent: Option.none(),
          annotations: Context.empty(),
          links: [],
          startTime: 1n,
          kind: "internal",
          root: true,
          sampled: true
        })
        span?.attribute("text", text)
        span?.end(2n, Exit.void)
      }
    })
  )

type Telemetry = Effect.Success<ReturnType<typeof makeTelemetry>>

/** Of a family, each sample under its name and labels; `text` has no NaN that equals another. */
const samplesOf = (families: ReadonlyMap<string, Family>): ReadonlyMap<string, string> =>
  new Map(
    [...families.values()].flatMap(({ samples }) =>
      samples.map(({ labels, name, value }) => [
        `${name} ${JSON.stringify(Object.entries(labels).toSorted())}`,
        String(value)
      ])
    )
  )

const logged = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${String(message)}`))
  return { lines, layer: Logger.layer([logger]) }
}

describe("what is sent to a collector", () => {
  it.effect.each(["http/json", "http/protobuf"] as const)(
    "%s: the metrics are those of /metrics, under the same names, with the units that these tell",
    (protocol) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_700_000_000_000)
        const { collector, exposition } = yield* makeTelemetry({ protocol })
        yield* pass("60 seconds")
        const sent = collector.metrics.at(-1)
        const shown = yield* exposition
        assert.isDefined(sent)
        assert.deepStrictEqual([...sent.families.keys()].toSorted(), [...shown.keys()].toSorted())
        assert.deepStrictEqual(samplesOf(sent.families), samplesOf(shown))
        for (const [name, { help, type }] of shown)
          expect(sent.families.get(name), name).toMatchObject({ help, type })
        assert.deepStrictEqual(
          [
            "counterfoil_durable_seconds",
            "counterfoil_received_bytes_total",
            "counterfoil_saturation_ratio",
            "counterfoil_waiting_deliveries"
          ].map((name) => sent.units.get(name)),
          ["s", "By", "1", ""]
        )
        expect(sent.resource).toMatchObject({ "service.name": "counterfoil", team: "payments" })
        expect(sent.resource["service.instance.id"]).toMatch(/^[\da-f-]{36}$/)
        expect(collector.requests.map(({ headers }) => headers.get("api-key"))).toEqual(["k"])
      })
  )

  it.effect("both protocols carry the same spans", () =>
    Effect.gen(function* () {
      const received = yield* Effect.forEach(["http/json", "http/protobuf"] as const, (protocol) =>
        Effect.gen(function* () {
          const { collector, tracing } = yield* makeTelemetry({ protocol })
          yield* endSpans(tracing, 2, "ä")
          yield* pass("5 seconds")
          return collector.spans.map(({ resource: _, spanId, traceId, ...span }) => ({
            ...span,
            ids: [spanId.length, traceId.length]
          }))
        })
      )
      assert.strictEqual(received[0]?.length, 2)
      assert.deepStrictEqual(received[0], received[1])
    })
  )

  it.effect("a share of the batches is traced; none where the share is 0", () =>
    Effect.gen(function* () {
      const decide = (tracedShare: number) =>
        Effect.gen(function* () {
          const { tracing } = yield* makeTelemetry({ tracedShare })
          const decided = yield* tracing(BatchTracing)
          return decided && Array.from({ length: 10_000 }, decided.isSampled).filter(Boolean).length
        })
      assert.isUndefined(yield* decide(0))
      assert.strictEqual(yield* decide(1), 10_000)
      expect(yield* decide(0.01)).toSatisfy((count: number) => count > 50 && count < 200)
    })
  )

  it.effect("what a process has not sent yet when it stops is sent, in its last moment", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { collector, tracing } = yield* makeTelemetry().pipe(Scope.provide(scope))
      yield* endSpans(tracing, 3)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(collector.spans.length, 3)
      assert.strictEqual(collector.metrics.length, 1)
    })
  )
})

describe("a collector that does not take what is sent", () => {
  it.effect.each<readonly [manner: Manner, why: string]>([
    ["away", "ECONNREFUSED"],
    ["silent", "no answer within 10 s"],
    ["overloaded", "it answers 503"]
  ])("%s: one warning with the reason, %s, and one line when it takes all of it later", ([manner, why]) => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const { collector, shown, tracing } = yield* makeTelemetry({ metrics: Option.none() })
      collector.manner = manner
      yield* endSpans(tracing, 5)
      yield* pass("5 minutes")
      assert.deepStrictEqual(lines, [
        `Warn traces are not taken by the collector at http://collector:4318/v1/traces: ${why}. Messages are not affected`
      ])
      collector.manner = "takes"
      yield* pass("1 minute")
      assert.strictEqual(collector.spans.length, 5)
      assert.strictEqual(lines.length, 2)
      assert.match(lines[1] ?? "", /^Info traces are taken .* again$/)
      assert.strictEqual(yield* shown("counterfoil_spans_sent_total"), 5)
      for (const reason of dropReasons)
        assert.strictEqual(yield* shown("counterfoil_spans_dropped_total", { reason }), 0)
      expect(yield* shown("counterfoil_collector_failures_total", { signal: "traces" })).toBeGreaterThan(1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("refuses: the spans are dropped and counted, and not sent again", () =>
    Effect.gen(function* () {
      const { collector, shown, tracing } = yield* makeTelemetry({ metrics: Option.none() })
      collector.manner = "refuses"
      yield* endSpans(tracing, 5)
      yield* pass("5 minutes")
      assert.strictEqual(collector.requests.length, 1)
      assert.strictEqual(yield* shown("counterfoil_spans_dropped_total", { reason: "refused" }), 5)
    }).pipe(Effect.provide(logged().layer))
  )

  it.effect("[G6] away for long: what waits is bounded, and what is dropped for it is counted", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const { collector, shown, tracing } = yield* makeTelemetry({ metrics: Option.none() })
      collector.manner = "away"
      const text = "x".repeat(10_000)
      const spans = Math.ceil((2 * spanBytesMax) / text.length / spansPerRequest) * spansPerRequest
      for (let ended = 0; ended < spans; ended += spansPerRequest) {
        yield* endSpans(tracing, spansPerRequest, text)
        yield* pass("1 second")
      }
      const dropped = yield* shown("counterfoil_spans_dropped_total", { reason: "queue-full" })
      expect((spans - dropped) * text.length).toBeLessThanOrEqual(spanBytesMax)
      expect((spans - dropped) * text.length).toBeGreaterThan(spanBytesMax / 2)
      collector.manner = "takes"
      yield* pass(Duration.millis(2 * collectorRetryCapMillis))
      assert.strictEqual(collector.spans.length, spans - dropped)
      assert.match(lines.at(-1) ?? "", new RegExp(`again; ${dropped} spans were dropped meanwhile$`))
    }).pipe(Effect.provide(layer))
  })

  it.effect("silent: metrics do not pile up; the newest are sent", () =>
    Effect.gen(function* () {
      const { collector, shown } = yield* makeTelemetry({
        traces: Option.none(),
        metricsInterval: Duration.seconds(1)
      })
      collector.manner = "silent"
      for (let second = 0; second < 60; second++) yield* pass("1 second")
      expect(collector.requests.length).toBeLessThanOrEqual(60_000 / collectorAnswerMillis + 1)
      collector.manner = "takes"
      yield* pass(Duration.millis(collectorAnswerMillis))
      // Time for as many as could have piled up; each second there is another one.
      for (let step = 0; step < 100; step++) yield* pass("30 millis")
      assert.isAtLeast(collector.metrics.length, 1)
      assert.isAtMost(collector.metrics.length, 5)
      assert.isAtLeast(yield* shown("counterfoil_collector_failures_total", { signal: signals[1] }), 6)
    }).pipe(Effect.provide(logged().layer))
  )

  it.effect("[G8] in trouble at the stop: it is not waited for, and what is lost is told", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { collector, tracing } = yield* makeTelemetry({ metrics: Option.none() }).pipe(
        Scope.provide(scope)
      )
      collector.manner = "away"
      yield* endSpans(tracing, 2)
      yield* pass("10 seconds")
      yield* endSpans(tracing, 2)
      yield* Scope.close(scope, Exit.void)
      assert.match(lines.at(-1) ?? "", /^Warn 4 spans were not sent before the stop$/)
    }).pipe(Effect.provide(layer))
  })
})
