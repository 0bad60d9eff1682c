/** Outages that cost messages, or cost more than waiting (G4). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const trouble = "test/ingest/ProcessorTrouble.test.ts"
const retries = "test/time/Backoff.test.ts"
const limit = "test/cassandra/internal/AdaptiveLimit.test.ts"

/** Mutants of G4 on the side of the table. */
export const ofOutages: ReadonlyArray<Mutant> = [
  {
    name: "outage-is-a-rejection",
    what: "dead-letters whatever the table does not take just now",
    guarantee: "G4",
    file: "src/ingest/StoreFailure.ts",
    text: 'error.reason._tag === "RowRejected"',
    replacement: 'error.reason._tag !== ("Nothing" as string)',
    caughtBy: [
      unit(trouble, "an outage pauses intake at MAX_RETRYING, makes no dead letter"),
      simulation,
      scenario("cassandra-frozen"),
      scenario("two-of-three-killed")
    ]
  },
  {
    name: "refusal-is-a-rejection",
    what: "takes every answer 0x2200, a missing table's too, for the fault of the row",
    guarantee: "G4",
    file: "src/cassandra/CassandraError.ts",
    text: "if (rowRefusals.some((text) => detail.startsWith(text)))",
    replacement: "if (rowRefusals.length > 0)",
    caughtBy: [unit("test/cassandra/CassandraError.test.ts", "table missing")]
  },
  {
    name: "batch-refusal-is-a-rejection",
    what: "takes a refusal that names no row's size for a rejected row",
    guarantee: "G4",
    file: "src/facts/GroupedAnswers.ts",
    text: 'error.reason._tag === "MutationTooLarge"\n    ?',
    replacement:
      'error.reason._tag === "MutationTooLarge" || error.reason._tag === "StatementRefused"\n    ?',
    caughtBy: [unit("test/facts/GroupedAnswers.test.ts", "a batch refused for its own size")]
  },
  {
    name: "time-out-asks-for-more",
    what: "answers a batch that timed out with one request a row",
    guarantee: "G4",
    file: "src/facts/GroupedAnswers.ts",
    text: '"ReplicaFailed",\n  "Faulty"',
    replacement: '"ReplicaFailed",\n  "TimedOut",\n  "Faulty"',
    caughtBy: [unit("test/facts/GroupedAnswers.test.ts", "is not answered with more requests")]
  },
  {
    name: "retry-keeps-its-slot",
    what: "waits between tries in the slot that other batches need",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: 'yield* apart("retrying", group, from, (entry) => retryGroup(group, entry, 1))',
    replacement:
      'const entry = ledger.open("retrying")\n          from.moveTo(entry, group)\n          yield* retryGroup(group, entry, 1)',
    caughtBy: [unit(trouble, "a retrying write gives its slot back")]
  },
  {
    name: "retry-without-bound",
    what: "retries any number of deliveries at once",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: "Semaphore.make(maxRetrying)",
    replacement: "Semaphore.make(2 ** 31)",
    caughtBy: [unit(trouble, "an outage pauses intake at MAX_RETRYING"), simulation, scenario("range-away")]
  },
  {
    name: "retry-waits-for-all-places",
    what: "lets a batch wait until as many places of the backoff are free as it has deliveries",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: "for (let more = atMost - 1;",
    replacement:
      "if (atMost > 1) yield* places.take(atMost - 1)\n      if (atMost > 1) return atMost\n      for (let more = atMost - 1;",
    caughtBy: [
      unit(
        "test/pipeline/Pipeline.test.ts",
        "one note that is retried for minutes keeps no batch as large as the backoff from its retry"
      )
    ]
  },
  {
    name: "retry-gives-up",
    what: "drops a delivery after its fifth try",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: "failures = failuresBefore; rest.length > 0; failures++",
    replacement: "failures = failuresBefore; rest.length > 0 && failures < 6; failures++",
    caughtBy: [
      unit(trouble, "an outage pauses intake at MAX_RETRYING"),
      simulation,
      scenario("cassandra-killed")
    ]
  },
  {
    name: "retries-not-divided",
    what: "tries what cannot be stored, again and again, together with what shared its batch",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: "isWhole ? Math.ceil(retry.length / 2) : retry.length",
    replacement: "isWhole ? retry.length : retry.length",
    caughtBy: [
      unit(trouble, "what cannot be stored for minutes holds up nothing that shares its batch"),
      scenario("orders-held-up")
    ]
  },
  {
    name: "dead-letter-backoff-forgotten",
    what: "tries a dead letter again after 100 ms, however often its publish has failed",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: "yield* retryGroup(unpublished, entry, failures)",
    replacement: "yield* retryGroup(unpublished, entry, 1 + 0 * failures)",
    caughtBy: [
      unit(
        "test/pipeline/Pipeline.test.ts",
        "the tries to publish a dead letter grow apart while its topic is away"
      )
    ]
  },
  {
    name: "admission-keeps-its-retry-place",
    what: "counts what stands before a full waiting room after a retry among the retries",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: 'yield* apart("inFlight", wait, entry, (own) => admitGroup(wait, own))',
    replacement:
      'if (wait.length > 0) yield* places.take(wait.length)\n        yield* apart("inFlight", wait, entry, (own) => Effect.ensuring(admitGroup(wait, own), places.release(wait.length)))',
    caughtBy: [
      unit("test/pipeline/Pipeline.test.ts", "holds up no publish time and takes no place of the backoff")
    ]
  },
  {
    name: "retry-waits-for-room-again",
    what: "lets a group in backoff wait for those of it that find the waiting room full",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: 'yield* apart("inFlight", wait, entry, (own) => admitGroup(wait, own))',
    replacement: "yield* options.admit(wait, entry)",
    caughtBy: [
      unit(
        "test/ingest/ProcessorSlowDeadLetters.test.ts",
        "nor does a retry that finds the waiting room full hold up what is tried again with it"
      )
    ]
  },
  {
    name: "retry-waits-for-room",
    what: "lets what is to be retried wait for those that find the waiting room full",
    guarantee: "G4",
    file: "src/pipeline/Pipeline.ts",
    text: 'Effect.all(parts, { concurrency: "unbounded", discard: true })',
    replacement: "Effect.all(parts.toReversed(), { discard: true })",
    caughtBy: [
      unit(
        "test/ingest/ProcessorSlowDeadLetters.test.ts",
        "what timed out once beside a full waiting room is tried again within its backoff"
      )
    ]
  },
  {
    name: "no-backoff",
    what: "tries again without a pause that grows",
    guarantee: "G4",
    file: "src/time/Backoff.ts",
    text: "baseMillis * 2 ** Math.min(failures - 1, 30)",
    replacement: "retryBaseMillis",
    caughtBy: [unit(retries, "each wait is 100 ms doubled up to 5 s")]
  },
  {
    name: "no-jitter",
    what: "lets all processes try again at the same moments",
    guarantee: "G4",
    file: "src/time/Backoff.ts",
    text: "Random.nextBetween(1 - jitter, 1 + jitter)",
    replacement: "Effect.succeed(1 + 0 * retryJitter * Object.keys(Random).length)",
    caughtBy: [unit(retries, "processes that fail together do not retry together")]
  },
  {
    name: "no-retry-at-start",
    what: "ends when Cassandra does not answer at the start",
    guarantee: "G4",
    file: "src/cassandra/Cassandra.ts",
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
    text: 'if (isOverload(error)) observe("overloaded")',
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
  }
]
