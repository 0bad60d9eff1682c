/** Outages that cost messages, or cost more than waiting (G4). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const trouble = "test/ingest/ProcessorTrouble.test.ts"
const limit = "test/cassandra/internal/AdaptiveLimit.test.ts"

/** Mutants of G4 on the side of the table. */
export const ofOutages: ReadonlyArray<Mutant> = [
  {
    name: "outage-is-a-rejection",
    what: "dead-letters whatever the table does not take just now",
    guarantee: "G4",
    file: "src/ingest/StoreFailure.ts",
    text: 'case "FactStoreUnavailable":\n      return new StoreUnavailable({ message: error.message, cause: error })',
    replacement: 'case "FactStoreUnavailable":\n      return new StoreRejected({ message: error.message })',
    caughtBy: [
      unit(trouble, "an outage pauses intake at MAX_RETRYING, makes no dead letter"),
      simulation,
      scenario("cassandra-frozen"),
      scenario("two-of-three-killed"),
      scenario("copies-missing"),
      scenario("modify-revoked"),
      scenario("disk-full"),
      scenario("one-node-fails-writes")
    ]
  },
  {
    name: "refusal-is-a-rejection",
    what: "takes every answer 0x2200, a missing table's too, for the fault of the row",
    guarantee: "G4",
    file: "src/cassandra/internal/ErrorClassification.ts",
    text: "if (rowRefusals.some((text) => detail.startsWith(text)))",
    replacement: "if (rowRefusals.length > 0)",
    caughtBy: [unit("test/cassandra/CassandraError.test.ts", "table missing")]
  },
  {
    name: "batch-refusal-is-a-rejection",
    what: "takes the first refusal that names no row's size for a rejected row",
    guarantee: "G4",
    file: "src/facts/RowFailure.ts",
    text: "return rejection === undefined\n",
    replacement: "return rejection === undefined && operation.length === 0\n",
    caughtBy: [unit("test/facts/GroupedAnswers.test.ts", "a batch refused for its own size")]
  },
  {
    name: "time-out-asks-for-more",
    what: "answers a batch that timed out with one request a row",
    guarantee: "G4",
    file: "src/facts/CassandraFailure.ts",
    text: '"ReplicaFailed",\n  "Faulty"',
    replacement: '"ReplicaFailed",\n  "TimedOut",\n  "Faulty"',
    caughtBy: [unit("test/facts/GroupedAnswers.test.ts", "is not answered with more requests")]
  },
  {
    name: "no-retry-at-start",
    what: "ends when Cassandra does not answer at the start",
    guarantee: "G4",
    file: "src/cassandra/internal/ClusterConnection.ts",
    text: 'report === "fail" ? attempt : connectWithRetry(attempt, report, options.connectBackoff)',
    replacement:
      'report === "fail" ? attempt : Effect.tapError(attempt, connectWithRetry.length < 0 ? report : () => Effect.void)',
    caughtBy: [scenario("cassandra-late")]
  },
  {
    name: "wait-at-start-unsaid",
    what: "waits for Cassandra at the start without a word",
    guarantee: "G4",
    file: "src/ingest/CassandraWithRetry.ts",
    text: 'health.set("facts", { _tag: "Unavailable", reason: error.message, error })',
    replacement: 'health.set("facts", error.isRetryable ? { _tag: "Starting" } : { _tag: "Healthy" })',
    caughtBy: [unit("test/ingest/CassandraWithRetry.test.ts", "it goes on trying, and health says why")]
  },
  {
    name: "remedy-not-shown",
    what: "reports an outage without what to do about it",
    guarantee: undefined,
    file: "src/telemetry/Health.ts",
    text: "remedyOf(state.error)",
    replacement: "remedyOf(undefined)",
    caughtBy: [unit("test/telemetry/Health.test.ts", "names the remedy of its error")]
  },
  {
    name: "silence-is-an-answer",
    what: "takes a cluster that does not answer for one that does not have what was asked for",
    guarantee: "G4",
    file: "src/cassandra/Knowledge.ts",
    text: "default:\n      return undefined",
    replacement: 'default:\n      return "absent"',
    caughtBy: [
      unit("test/cassandra/Knowledge.test.ts", "says nothing about what there is, and stays a failure")
    ]
  },
  {
    name: "limit-options-ignored",
    what: "follows its own limits whatever it is told",
    guarantee: "G6",
    file: "src/cassandra/internal/RequestQueue.ts",
    text: "{ ...adaptiveLimitDefaults, ...options.adaptiveLimit }",
    replacement: "{ ...options.adaptiveLimit, ...adaptiveLimitDefaults }",
    caughtBy: [
      unit("test/cassandra/internal/RequestQueue.test.ts", "the limit follows the options it is given")
    ]
  },
  {
    name: "all-replicas-needed",
    what: "asks for every replica, so that one dead node stops all writes",
    guarantee: "G4",
    file: "src/cassandra/internal/ClientOptions.ts",
    text: 'consistency: consistencyCodes(driver)[settings.consistency ?? "LOCAL_QUORUM"]',
    replacement: "consistency: consistencyCodes(driver).ALL",
    caughtBy: [scenario("one-of-three-killed")]
  },
  {
    name: "overload-not-heeded",
    what: "sends as much as ever after time-outs and overload answers",
    guarantee: "G4",
    file: "src/cassandra/internal/AdaptiveLimit.ts",
    text: "if (seen.overloaded > 0) return { limit: fallen }",
    replacement: "",
    caughtBy: [
      unit(limit, "time-outs take it down to its least"),
      unit("test/cassandra/internal/RequestQueue.test.ts", "time-outs take what may be at the driver down")
    ]
  },
  {
    name: "overload-not-seen",
    what: "does not tell the limiter of time-outs and overload answers",
    guarantee: "G4",
    file: "src/cassandra/internal/RequestQueue.ts",
    text: 'if (isOverload(error)) observe(now(), "overloaded")',
    replacement: "void isOverload(error)",
    caughtBy: [
      unit("test/cassandra/internal/RequestQueue.test.ts", "time-outs take what may be at the driver down")
    ]
  },
  {
    name: "slowness-not-heeded",
    what: "sends as much as ever to a cluster that answers late",
    guarantee: "G4",
    file: "src/cassandra/internal/AdaptiveLimit.ts",
    text: "if (seen.slow <= seen.statements * options.slowAnswerShare) return { limit: climbed }",
    replacement:
      "if (seen.slow <= seen.statements * (1 + options.slowAnswerShare)) return { limit: climbed }",
    caughtBy: [unit(limit, "is sent what it can do within the slow latency")]
  },
  {
    name: "limit-stays-down",
    what: "never sends more again after an overload",
    guarantee: "G4",
    file: "src/cassandra/internal/AdaptiveLimit.ts",
    text: "Math.min(most, limit + Math.ceil(most * options.increaseShare))",
    replacement: "Math.min(most, limit + 0 * options.increaseShare)",
    caughtBy: [unit(limit, "it climbs back to its most within half a minute")]
  },
  {
    name: "unread-is-unmatched",
    what: "takes an order that could not be read for one that is not there",
    guarantee: "G4",
    file: "src/ingest/PaymentHandler.ts",
    text: "if (Result.isFailure(state)) settleAll(group, outcomes, Result.fail(storeFailureOf(state.failure)))",
    replacement: "if (Result.isFailure(state)) settleAll(group, outcomes, unmatched)",
    caughtBy: [simulation]
  }
]
