/** Logs that flood or mislead, and commands that hang or get in each other's way: what operators would break over. */
import { type Mutant, unit } from "../Mutant.ts"

const processorLog = "test/ingest/ProcessorLog.test.ts"

/** Mutants of the log and of the commands. */
export const ofLogLines: ReadonlyArray<Mutant> = [
  {
    name: "dead-letters-flood-the-log",
    what: "logs every dead letter one by one",
    guarantee: "G6",
    file: "src/ingest/DeadLetterLog.ts",
    text: "return listedInSecond++ < deadLetterLinesPerSecond",
    replacement: "return listedInSecond++ < deadLetterLinesPerSecond * 1e9",
    caughtBy: [
      unit("test/ingest/DeadLetterLog.test.ts", "1,000 a second of both streams"),
      unit(processorLog, "dead letters are named")
    ]
  },
  {
    name: "dead-letters-not-logged",
    what: "logs no dead letter at all",
    guarantee: undefined,
    file: "src/ingest/ProcessorParts.ts",
    text: "return deadLetterLog.published(stream, letters)",
    replacement: "return deadLetterLog.published(stream, letters.slice(letters.length))",
    caughtBy: [unit(processorLog, "dead letters are named")]
  },
  {
    name: "last-dead-letters-not-counted",
    what: "forgets the dead letters of its last seconds in the log",
    guarantee: undefined,
    file: "src/ingest/Processor.ts",
    text: ".pipe(Effect.ensuring(deadLetterLog.flush))",
    replacement: "",
    caughtBy: [unit(processorLog, "dead letters are named")]
  },
  {
    name: "each-renewal-is-news",
    what: "logs each connection that it replaces in a long outage of Pub/Sub",
    guarantee: "G4",
    file: "src/pubsub/google/internal/Connection.ts",
    text: "this.#now() - this.#announcedAt >= connectionNewsMillis",
    replacement: "this.#now() - this.#announcedAt >= connectionNewsMillis * 0",
    caughtBy: [unit("test/pubsub/google/internal/Connection.test.ts", "silent for ten minutes")]
  },
  {
    name: "each-reason-is-news",
    what: "logs each new reason within a state of health",
    guarantee: "G4",
    file: "src/telemetry/Health.ts",
    text: "if (before._tag !== state._tag) return change(part, state)",
    replacement:
      "if (before._tag !== state._tag || reasonOf(before) !== reasonOf(state)) return change(part, state)",
    caughtBy: [
      unit("test/telemetry/Health.test.ts", "another reason is shown, and not logged"),
      unit(processorLog, "in which the reasons alternate")
    ]
  },
  {
    name: "start-is-five-lines",
    what: "logs at its start that each part is healthy",
    guarantee: undefined,
    file: "src/telemetry/Health.ts",
    text: 'const isExpected = before._tag === "Starting"',
    replacement: 'const isExpected = before._tag === "Stopping"',
    caughtBy: [
      unit("test/telemetry/Health.test.ts", "a start without trouble is one line"),
      unit("test/ingest/HealthMonitor.test.ts", "a normal start makes every part healthy")
    ]
  },
  {
    name: "progress-of-nothing",
    what: "writes a line about progress when there was none",
    guarantee: undefined,
    file: "src/cli/Progress.ts",
    text: "if (text === last ||",
    replacement: "if (text === last.repeat(2) ||",
    caughtBy: [unit("test/cli/Progress.test.ts", "a log line every 10 s in which something changed")]
  },
  {
    name: "libraries-among-log-lines",
    what: "lets libraries write text among the JSON lines of the log",
    guarantee: undefined,
    file: "src/cli/Logging.ts",
    text: "Layer.effectDiscard(captureLibraryOutput(writeLibraryLine))",
    replacement: "Layer.effectDiscard(Effect.as(Effect.void, writeLibraryLine))",
    caughtBy: [unit("test/cli/JsonOnly.test.ts", "nothing that a library writes")]
  },
  {
    name: "error-among-log-lines",
    what: "tells the error that a command ends with as text among the JSON lines of the log",
    guarantee: undefined,
    file: "src/cli/Configured.ts",
    text: "Effect.tapCause(reportFailure),",
    replacement: "",
    caughtBy: [unit("test/cli/JsonOnly.test.ts", "has its error as a JSON line")]
  },
  {
    name: "drain-waits-for-ever",
    what: "waits indefinitely in a drain for a server that does not answer",
    guarantee: undefined,
    file: "src/cli/commands/DrainTimeout.ts",
    text: "now - since >= Duration.toMillis(after)",
    replacement: "now - since >= Duration.toMillis(after) + 1e12",
    caughtBy: [
      unit("test/cli/commands/DrainTimeout.test.ts", "when the table never answers"),
      unit("test/cli/JsonOnly.test.ts", "of a drain that cannot connect")
    ]
  },
  {
    name: "drain-needs-dead-letter-topic",
    what: "gives a drain up for a dead-letter topic that nothing waits for",
    guarantee: undefined,
    file: "src/cli/commands/DrainTimeout.ts",
    text: 'part !== "dead-letters" || retrying > 0',
    replacement: 'part !== "dead-letters" || retrying >= 0',
    caughtBy: [unit("test/cli/commands/DrainTimeout.test.ts", "needs no dead-letter topic")]
  },
  {
    name: "idle-connections-keep-probes-out",
    what: "refuses a connection while others do nothing",
    guarantee: "G6",
    file: "src/http/HttpConnections.ts",
    text: "if (longest === undefined) {",
    replacement: "if (longest === undefined || atMost > 0) {",
    caughtBy: [unit("test/http/HttpConnections.test.ts", "256 idle ones")]
  },
  {
    name: "busy-connections-closed",
    what: "closes a connection in the middle of a request to make room for another",
    guarantee: undefined,
    file: "src/http/HttpConnections.ts",
    text: '  server.on("request", ({ socket }, response) => {\n    idle.delete(socket)',
    replacement: '  server.on("request", ({ socket }, response) => {',
    caughtBy: [unit("test/http/HttpConnections.test.ts", "one with a request under way is never closed")]
  },
  {
    name: "demo-takes-a-running-ones-file",
    what: "deletes the table of a demo that runs",
    guarantee: undefined,
    file: "src/cli/commands/DemoFile.ts",
    text: "if (!isOurs) continue",
    replacement: "if (isOurs === undefined) continue",
    caughtBy: [unit("test/cli/commands/DemoFile.test.ts", "of a demo that runs is left alone")]
  },
  {
    name: "first-wrong-flag-only",
    what: "tells the first wrong flag alone",
    guarantee: undefined,
    file: "src/cli/Configured.ts",
    text: "problems: [...problems, ...error.problems]",
    replacement: "problems: [...problems, ...error.problems].slice(0, 1)",
    caughtBy: [unit("test/cli/Cli.test.ts", "several flags that are wrong are told together")]
  },
  {
    name: "incident-for-everybody",
    what: "writes an incident file that every user of the machine can read",
    guarantee: undefined,
    file: "src/cli/commands/IncidentFiles.ts",
    text: "mode: 0o600",
    replacement: "mode: 0o644",
    caughtBy: [unit("test/http/Incident.test.ts", "is its owner's alone, and never written over another")]
  },
  {
    name: "incident-with-whole-ids",
    what: "leaves the ids of orders and payments in an incident file whole",
    guarantee: undefined,
    file: "src/telemetry/RecentDeadLetters.ts",
    text: "id.slice(-3)",
    replacement: "id",
    caughtBy: [unit("test/http/Incident.test.ts", "whose ids it masks")]
  },
  {
    name: "live-view-eats-the-log",
    what: "erases a line of the log above the live lines of a terminal",
    guarantee: undefined,
    file: "src/cli/Screen.ts",
    text: "rows - 1}A",
    replacement: "rows}A",
    caughtBy: [unit("test/cli/Screen.test.ts", "damages no log line, however both change")]
  }
]
