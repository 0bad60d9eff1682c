/** States of health that mislead: that flap, come too early, or never end (G4). */
import { type Mutant, unit } from "../Mutant.ts"

const monitor = "test/ingest/HealthMonitor.test.ts"
const processor = "test/ingest/ProcessorHealth.test.ts"

/** Mutants of what the health monitor decides. */
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
    text: "if (isFirstTry) evidence.firstTryFailures++",
    replacement: "if (isFirstTry || !isFirstTry) evidence.firstTryFailures++",
    caughtBy: [unit(monitor, "20 rows that are stuck"), unit(processor, "20 rows of 1,000")]
  },
  {
    name: "refused-writes-are-healthy",
    what: "believes pings, though every batch fails at its first try",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "pingFailingSince !== undefined || evidence.firstTryFailures >= outageFirstTries",
    replacement: "pingFailingSince !== undefined || evidence.firstTryFailures >= outageFirstTries + 1e9",
    caughtBy: [unit(monitor, "a table that refuses writes and answers pings")]
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
    text: "const patience = evidence.wasConnected ? disconnectedMillis : startingMillis",
    replacement: "const patience = evidence.wasConnected ? 0 * disconnectedMillis : startingMillis",
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
  }
]
