/** Traces, and what is sent to a collector, wrongly. */
import { type Mutant, unit } from "../Mutant.ts"

const traces = "test/ingest/ProcessorTraces.test.ts"
const attempts = "test/telemetry/TracedAttempt.test.ts"
const links = "test/telemetry/SpanLinks.test.ts"
const sending = "test/telemetry/Otlp.test.ts"
const queue = "src/telemetry/CollectorQueue.ts"
const stop = "orders are stored as soon, and a stop takes half a second more at most"

/** Mutants of traces, and of what is sent to a collector. */
export const ofTelemetry: ReadonlyArray<Mutant> = [
  {
    name: "span-without-links",
    what: "a span of a batch does not say which messages were in it",
    guarantee: undefined,
    file: "src/telemetry/SpanLinks.ts",
    text: "links.length < spanLinksMax",
    replacement: "links.length < 0 * spanLinksMax",
    caughtBy: [unit(traces, "with a link for each message"), unit(links)]
  },
  {
    name: "span-links-unbounded",
    what: "a span has a link for each message of its batch, however many",
    guarantee: "G6",
    file: "src/telemetry/SpanLinks.ts",
    text: "links.length < spanLinksMax",
    replacement: "links.length < 1_000 * spanLinksMax",
    caughtBy: [unit(links, "are 128 at most")]
  },
  {
    name: "unsampled-batch-is-read",
    what: "reads the trace context of each message, and then traces the batch or not",
    guarantee: undefined,
    file: "src/telemetry/TracedAttempt.ts",
    text: "if (!tracing.isSampled()) return attempt.settle(batch)",
    replacement: "if (recorder.beginTry(batch).sampled && !tracing.isSampled()) return attempt.settle(batch)",
    caughtBy: [unit(attempts, "nothing is read of the messages of a batch that is not sampled")]
  },
  {
    name: "trace-context-crowded-out",
    what: "a dead letter loses its trace context where there is no room for all attributes",
    guarantee: undefined,
    file: "src/deadletters/DeadLetterMessage.ts",
    text: "else if (traceContextKeys.has(key)) first.push([key, value])",
    replacement: "else if (traceContextKeys.has(key)) others.push([key, value])",
    caughtBy: [unit(traces, "carries the trace context of its message unchanged")]
  },
  {
    name: "redrive-untraced",
    what: "nothing leads from a publisher's trace to the redrive of its dead letter",
    guarantee: undefined,
    file: "src/ingest/RedriveAttempt.ts",
    text: "const batchAttempt = isDry ? untraced : yield* traced",
    replacement: "const batchAttempt = isDry || traced !== undefined ? untraced : yield* traced",
    caughtBy: [unit(traces, "a dead letter that is redriven links to the trace of its message")]
  },
  {
    name: "batch-waits-for-its-span",
    what: "a batch that is traced waits for what sends its span",
    guarantee: "G4",
    file: "src/telemetry/TracedAttempt.ts",
    text: "return Effect.onExit(attempt, (exit) =>",
    replacement: `return Effect.onExit(Effect.delay(attempt, "1 second"), (exit) =>`,
    caughtBy: [unit(traces, stop)]
  },
  {
    name: "stop-waits-for-collector",
    what: "a stop waits for a collector that does not answer",
    guarantee: "G8",
    file: queue,
    text: "Duration.millis(lastSpansMillis)",
    replacement: "Duration.millis(100 * lastSpansMillis)",
    caughtBy: [unit(traces, stop)]
  },
  {
    name: "collector-queue-unbounded",
    what: "keeps every span while a collector is away",
    guarantee: "G6",
    file: queue,
    text: "this.#bytes > bytes",
    replacement: "this.#bytes > 1_000 * bytes",
    caughtBy: [unit(sending, "what waits is bounded, and what is dropped for it is counted")]
  },
  {
    name: "dropped-spans-uncounted",
    what: "spans that no collector took are in no metric",
    guarantee: "G6",
    file: queue,
    text: "this.#options.counts.dropped[reason] += spans",
    replacement: "this.#options.counts.dropped[reason] += 0 * spans",
    caughtBy: [
      unit(sending, "what waits is bounded, and what is dropped for it is counted"),
      unit(sending, "the spans are dropped and counted, and not sent again")
    ]
  },
  {
    name: "metrics-pile-up",
    what: "keeps the metrics of every minute that a collector does not answer",
    guarantee: "G6",
    file: "src/telemetry/OtlpExport.ts",
    text: "requests: metricsRequestsMax",
    replacement: "requests: 1_000 * metricsRequestsMax",
    caughtBy: [unit(sending, "metrics do not pile up")]
  },
  {
    name: "collector-warned-of-each-time",
    what: "says with every request that the collector does not take it",
    guarantee: undefined,
    file: queue,
    text: "if (this.failuresInARow > 1) return undefined",
    replacement: "if (this.failuresInARow > 1_000) return undefined",
    caughtBy: [unit(sending, "one warning with the reason")]
  },
  {
    name: "metrics-under-other-names",
    what: "sends metrics with units of which a Prometheus behind the collector makes other names",
    guarantee: undefined,
    file: "src/telemetry/OtlpBodies.ts",
    text: "unit: unitOf(metric.name)",
    replacement: `unit: unitOf(metric.name) === "" ? "1" : unitOf(metric.name)`,
    caughtBy: [unit(sending, "the metrics are those of /metrics")]
  },
  {
    name: "otel-variable-not-said",
    what: "says nothing of a variable of OpenTelemetry that cannot be used",
    guarantee: undefined,
    file: "src/config/TelemetrySection.ts",
    text: `if (label.startsWith("--") !== (severity === "error")) return undefined`,
    replacement: `if (label.startsWith("--") !== (severity === "error") || severity === "warning") return undefined`,
    caughtBy: [unit("test/config/Problems.test.ts", "is a warning, and the process starts")]
  }
]
