/** Retries that cost messages, or cost more than waiting (G4). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const trouble = "test/ingest/ProcessorTrouble.test.ts"
const refusals = "test/ingest/ProcessorRefusals.test.ts"
const retries = "test/time/Backoff.test.ts"

/** Mutants of retries. */
export const ofRetries: ReadonlyArray<Mutant> = [
  {
    name: "retry-keeps-its-slot",
    what: "waits between tries in the slot that other batches need",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: 'yield* apart("retrying", group, from, (entry) => retryGroup(group, entry, 1, groups.seen()))',
    replacement:
      'const entry = ledger.open("retrying")\n          from.moveTo(entry, group)\n          yield* retryGroup(group, entry, 1, groups.seen())',
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
    file: "src/pipeline/GroupSplit.ts",
    text: "areOthersStored(seen) ? Math.ceil(rest.length / 2) : rest.length",
    replacement: "areOthersStored(seen) ? rest.length : rest.length",
    caughtBy: [
      unit(trouble, "what cannot be stored for minutes holds up nothing that shares its batch"),
      scenario("orders-held-up")
    ]
  },
  {
    name: "divided-in-an-outage",
    what: "divides what an outage keeps from the table, until its end finds single rows",
    guarantee: "G4",
    file: "src/pipeline/GroupSplit.ts",
    text: "=> successes() > beforeLast",
    replacement: "=> successes() >= beforeLast",
    caughtBy: [unit(refusals, "finds whole batches, not single rows")]
  },
  {
    name: "no-scout",
    what: "keeps together what failed together while nothing else is stored",
    guarantee: "G4",
    file: "src/pipeline/GroupSplit.ts",
    text: "if (now() < mayScoutAt || areOthersStored(seen)) return false",
    replacement: "if (now() >= mayScoutAt || areOthersStored(seen)) return false",
    caughtBy: [unit(trouble, "what cannot be stored for minutes holds up nothing that shares its batch")]
  },
  {
    name: "scouts-without-end",
    what: "tries one of every group alone, each time, as long as an outage lasts",
    guarantee: "G6",
    file: "src/pipeline/GroupSplit.ts",
    text: "now() + scoutPauseMillis",
    replacement: "now() + 0 * scoutPauseMillis",
    caughtBy: [unit(refusals, "finds whole batches, not single rows")]
  },
  {
    name: "dead-letter-backoff-forgotten",
    what: "tries a dead letter again after 100 ms, however often its publish has failed",
    guarantee: "G4",
    file: "src/pipeline/RetryQueue.ts",
    text: "yield* retryGroup(unpublished, entry, failures, groups.seen())",
    replacement: "yield* retryGroup(unpublished, entry, 1 + 0 * failures, groups.seen())",
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
  }
]
