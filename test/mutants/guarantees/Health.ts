/** States of health that mislead: that flap, come too early, or never end (G4); and metrics that do. */
import { type Mutant, unit } from "../Mutant.ts"

const monitor = "test/ingest/HealthMonitor.test.ts"
const processor = "test/ingest/ProcessorHealth.test.ts"

/** Mutants of what operators are shown. */
export const ofHealth: ReadonlyArray<Mutant> = [
  {
    name: "idle-table-not-looked-at",
    what: "calls the table healthy as long as no delivery tells otherwise",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "evidence.pingFailingSince ??= now",
    replacement: "evidence.pingFailingSince ??= undefined",
    caughtBy: [unit(processor, "an idle processor says that its table is unavailable")]
  },
  {
    name: "health-of-the-last-attempt",
    what: "calls the table unavailable as soon as one attempt has failed",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "const attemptsFail = failingSince !== undefined && now - failingSince >= outageMillis",
    replacement: "const attemptsFail = failingSince !== undefined",
    caughtBy: [unit("test/ingest/FactsEvidence.test.ts", "two batches that fail are not an outage yet")]
  },
  {
    name: "old-rows-are-an-outage",
    what: "takes rows that fail again and again for an outage of the table",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "if (isFirstTry) {\n",
    replacement: "if (isFirstTry || !isFirstTry) {\n",
    caughtBy: [unit(monitor, "20 rows that are stuck"), unit(processor, "20 rows of 1,000")]
  },
  {
    name: "refused-writes-are-healthy",
    what: "believes pings, though every batch fails at its first try",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "attemptsFail && evidence.firstTryFailures >= outageFirstTries",
    replacement: "attemptsFail && evidence.firstTryFailures >= outageFirstTries + 1e9",
    caughtBy: [unit(monitor, "a table that refuses writes and answers pings")]
  },
  {
    name: "look-ups-are-writes",
    what: "takes a look-up that finds no order for proof that the table takes writes",
    guarantee: "G4",
    file: "src/pipeline/BatchAttempt.ts",
    text: "if (disposed.fated.size > 0) {\n      successes++",
    replacement: "if (disposed.fated.size + disposed.wait.length > 0) {\n      successes++",
    caughtBy: [unit(processor, "look-ups that are answered hide no table")]
  },
  {
    name: "first-try-not-told",
    what: "reports the first try of a batch as one of its retries",
    guarantee: "G4",
    file: "src/pipeline/Pipeline.ts",
    text: "isFirstTry: true",
    replacement: "isFirstTry: false",
    caughtBy: [unit(processor, "a table that refuses writes and answers pings")]
  },
  {
    name: "dead-letters-never-recover",
    what: "leaves the dead-letter topic unavailable until the next dead letter, once one has failed",
    guarantee: "G4",
    file: "src/ingest/DeadLettersEvidence.ts",
    text: "if (now - evidence.lastFailureAt >= evidenceMillis) evidence.failingSince = undefined",
    replacement: "if (now - evidence.lastFailureAt < -evidenceMillis) evidence.failingSince = undefined",
    caughtBy: [
      unit(monitor, "a dead letter that failed and was matched instead"),
      unit(processor, "a dead letter that failed, and whose payment was matched")
    ]
  },
  {
    name: "one-look-decides",
    what: "calls a stream unavailable while it is closed and opened again",
    guarantee: "G4",
    file: "src/ingest/StreamEvidence.ts",
    text: "const allowedMillis = evidence.wasConnected ? disconnectedMillis : startingMillis",
    replacement: "const allowedMillis = evidence.wasConnected ? 0 * disconnectedMillis : startingMillis",
    caughtBy: [unit(monitor, "streams that are closed and opened again")]
  },
  {
    name: "health-flaps",
    what: "recovers at once, however often it has relapsed",
    guarantee: "G4",
    file: "src/ingest/SteadyState.ts",
    text: "return recoveryMillis[times] ?? Math.max(...recoveryMillis)",
    replacement: "return times * 0",
    caughtBy: [
      unit(monitor, "for ten minutes makes a few changes"),
      unit("test/ingest/SteadyState.test.ts", "a bounded number of times")
    ]
  },
  {
    name: "waiting-is-latency",
    what: "counts the time in the waiting room as latency",
    guarantee: undefined,
    file: "src/ingest/Intake.ts",
    text: "onLeft: (fate, waitedMillis) => metrics.waited(outcomeOf(fate), waitedMillis)",
    replacement:
      'onLeft: (fate, waitedMillis) => [metrics.waited(outcomeOf(fate), waitedMillis), metrics.durableAfter("payments", waitedMillis, 1)]',
    caughtBy: [unit("test/ingest/ProcessorMetrics.test.ts", "time in the waiting room counts as such")]
  },
  {
    name: "lag-read-once",
    what: "shows the event loop's lag to the first scraper only",
    guarantee: undefined,
    file: "src/telemetry/ProcessMetrics.ts",
    text: "    return Math.max(0, lag)",
    replacement: "    older.reset()\n    return Math.max(0, lag)",
    caughtBy: [unit("test/telemetry/ProcessMetrics.test.ts", "to everyone who asks and as often as they do")]
  },
  {
    name: "limit-not-named",
    what: "never tells why intake stands still",
    guarantee: undefined,
    file: "src/telemetry/StreamSeries.ts",
    text: "counts.reading.pausedBy === reason ? 1 : 0",
    replacement: "counts.reading.pausedBy === reason ? 0 : 0",
    caughtBy: [
      unit("test/ingest/ProcessorMetrics.test.ts", "a limit that stops the intake is named"),
      unit("test/telemetry/Metrics.test.ts", "a paused intake shows which limit")
    ]
  },
  {
    name: "stuck-stream-is-live",
    what: "calls a process live in which nobody tries to connect any more",
    guarantee: "G4",
    file: "src/telemetry/Watchdogs.ts",
    text: "now === undefined || now !== watched.last ? 0",
    replacement: "now !== undefined ? 0",
    caughtBy: [
      unit("test/telemetry/Watchdogs.test.ts", "complain of a sign that stays as it is"),
      unit("test/ingest/StreamWatchdogs.test.ts", "complain of a stream that is not tried to connect again")
    ]
  },
  {
    name: "saturated-for-a-moment",
    what: "calls a process saturated for one moment in which every slot is busy",
    guarantee: "G6",
    file: "src/telemetry/Saturation.ts",
    text: "return this.#samples.length === 0 ? 0 : sum / this.#samples.length",
    replacement: "return shareOf(this.#samples.at(-1)?.[limit] ?? sum)",
    caughtBy: [unit("test/telemetry/Saturation.test.ts", "a moment in which every slot is busy")]
  }
]
