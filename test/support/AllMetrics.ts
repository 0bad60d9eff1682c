/** Every metric that a running process shows. */
import { Effect, Layer, Logger } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { layerHealthSeries } from "../../src/telemetry/HealthSeries.ts"
import { layerInFlightGauge } from "../../src/telemetry/InFlightGauge.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { layerOtlp } from "../../src/telemetry/Otlp.ts"
import { layerProcessMetrics } from "../../src/telemetry/ProcessMetrics.ts"
import { telemetryOff } from "../../src/telemetry/TelemetrySettings.ts"
import { type Family, parseExposition } from "./Exposition.ts"

const cassandra = Layer.mock(Cassandra, {
  inFlight: () => 0,
  inFlightLimit: () => 512,
  replicasOf: () => undefined,
  preferredOf: () => undefined,
  coordinators: () => [],
  silentHosts: () => []
})

/** Telemetry as `run` has it, without servers. */
export const allMetrics = Layer.mergeAll(
  layerHealthSeries,
  layerProcessMetrics("0.1.0"),
  layerOtlp(telemetryOff, "0.1.0"),
  layerInFlightGauge.pipe(Layer.provide(cassandra))
).pipe(Layer.provideMerge(Layer.mergeAll(Metrics.layer, Health.layer, Logger.layer([]))))

/** The list of all metrics, as Markdown. */
export const metricsReference = Effect.map(
  Metrics.use((metrics) => metrics.prometheus),
  (text) => `${intro}\n${[...parseExposition(text)].map(([name, family]) => row(name, family)).join("\n")}\n`
)

const intro = `# Metrics

<!-- Generated from the registry by \`npm run docs\`; a test compares them. -->

\`/metrics\` gives these series in Prometheus' text format, all of them from the start of a process and no others later.
Labels have closed lists of values, except \`version\`, which is that of the program that runs. A gauge of which nothing is
known yet is NaN; \`demo\` has no Cassandra, and its \`counterfoil_in_flight_statements_limit\` stays NaN. Counters never
fall, and nothing is reset by being read, so any number of scrapers may read them. \`promtool check metrics\` finds nothing to say.

For each stream, \`counterfoil_deliveries_received_total\` = \`counterfoil_fates_total\` (summed) +
\`counterfoil_in_flight_deliveries\` + \`counterfoil_waiting_deliveries\` + \`counterfoil_retrying_deliveries\` +
\`counterfoil_deliveries_released_total\`.

\`counterfoil_saturation_ratio\` is a number from 0 to 1 without labels, for autoscalers that read a gauge. It is the greatest
of \`counterfoil_limit_used_ratio\`, whose label says which limit it is (\`/health\` says it too): \`slots\` (16 batches of a
stream), \`writes\` (statements in flight at Cassandra), \`credit\` (\`MAX_OUTSTANDING_MESSAGES\` or \`…_BYTES\`),
\`waiting-room\` (\`WAITING_ROOM_MAX\` or \`…_BYTES\`), \`retry-places\` (\`MAX_RETRYING\`). With a backlog it is 1. It is 1 too
where Cassandra is slow or does not answer, and then more processes make it worse: set a highest number of processes.
Without any process there is no such metric: let an autoscaler that reads it leave one at least. \`counterfoil doctor FILE…\`
checks that the metrics exist which autoscalers name.

A collector gets the same series under the same names by OTLP, where the settings name one ([how](telemetry.md)).

| metric | type | labels | |
|---|---|---|---|`

const row = (name: string, family: Family): string =>
  `| \`${name}\` | ${family.type} | ${labelsOf(family)} | ${family.help} |`

const labelsOf = ({ samples }: Family): string => {
  const values = new Map<string, Set<string>>()
  for (const { labels } of samples) {
    for (const [label, value] of Object.entries(labels)) {
      if (label === "le") continue
      const known = values.get(label)
      if (known === undefined) values.set(label, new Set([value]))
      else known.add(value)
    }
  }
  return [...values]
    .map(([label, all]) => `\`${label}\`: ${[...all].map((value) => value || "(empty)").join(", ")}`)
    .join("<br>")
}
