import { spawnSync } from "node:child_process"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { allMetrics, metricsReference } from "../support/AllMetrics.ts"
import { lintExposition } from "../support/ExpositionLint.ts"

const text = Metrics.use((metrics) => metrics.prometheus)

/** What promtool prints; undefined where there is none. */
const promtool = (exposition: string): string | undefined => {
  const { error, status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], { input: exposition })
  return error === undefined ? `${status}: ${stdout}${stderr}` : undefined
}

describe("all metrics", () => {
  it.live("docs/metrics.md tells of them as they are (`npm run docs` writes it)", () =>
    Effect.gen(function* () {
      const reference = yield* metricsReference
      yield* Effect.promise(async () => expect(reference).toMatchFileSnapshot("../../docs/metrics.md"))
    }).pipe(Effect.provide(allMetrics))
  )

  it.live("follow the rules of Prometheus' linter, and promtool agrees where there is one", () =>
    Effect.gen(function* () {
      const exposition = yield* text
      assert.deepStrictEqual(lintExposition(exposition), [])
      assert.include([undefined, "0: "], promtool(exposition))
    }).pipe(Effect.provide(allMetrics))
  )
})

const family = (
  name: string,
  type: string,
  lines: ReadonlyArray<string> = [`${name} 1`],
  help = "A thing."
) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`

describe("the linter", () => {
  it.each([
    ["no sentence", family("a_things", "gauge", undefined, "a thing")],
    ["use seconds instead of milliseconds", family("a_milliseconds", "gauge")],
    ["use ratio instead of percent", family("a_percent", "gauge")],
    ["reserved for histograms", family("a_count", "gauge")],
    ["names its type", family("a_gauge_bytes", "gauge")],
    ["abbreviates a unit", family("a_wait_ms", "gauge")],
    ["mixes label sets", family("a_total", "counter", ['a_total{x="1"} 1', 'a_total{x="1",y="2"} 1'])],
    ["reserved for histograms and summaries", family("a", "gauge", ['a{le="1"} 1'])],
    ["label that is not in snake case", family("a", "gauge", ['a{fooBar="1"} 1'])]
  ])("finds: %s", (problem, exposition) => {
    assert.include(lintExposition(exposition).join("\n"), problem)
  })

  it("leaves to the strict reader what no scraper takes", () => {
    assert.throws(() => lintExposition(family("a", "counter")), /_total/)
    assert.throws(() => lintExposition(family("a_total", "gauge")), /_total/)
    assert.throws(() => lintExposition("# TYPE a gauge\na 1\n"), /HELP/)
    assert.throws(() => lintExposition(family("a", "gauge") + family("a", "gauge")), /twice/)
  })
})
