/** What is acknowledged or reported before it is done (G1). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const durability = "test/ingest/ProcessorDurability.test.ts"
const grouped = "test/facts/GroupedAnswers.test.ts"
const publisher = "test/pubsub/google/GooglePublisher.test.ts"
const settler = "test/pubsub/google/internal/AckQueue.test.ts"

/** Mutants of G1. */
export const ofDurability: ReadonlyArray<Mutant> = [
  {
    name: "ack-before-write",
    what: "acknowledges a batch, then writes it",
    guarantee: "G1",
    file: "src/pipeline/BatchAttempt.ts",
    text: "const outcomes = yield* handled(held, options)",
    replacement:
      "yield* subscription.ack(held.map(({ delivery }) => delivery))\n    const outcomes = yield* handled(held, options)",
    caughtBy: [
      unit(durability, "an order is not acknowledged before its write is confirmed"),
      simulation,
      scenario("kill-9"),
      scenario("two-processors"),
      scenario("one-of-two-killed")
    ]
  },
  {
    name: "ack-not-awaited",
    what: "sends an acknowledgement and does not wait for its answer",
    guarantee: "G1",
    file: "src/pipeline/BatchAttempt.ts",
    text: "const { lost } = yield* subscription.ack(all)",
    replacement:
      "yield* Effect.forkDetach(subscription.ack(all))\n    const lost: ReadonlyArray<Delivery> = []",
    caughtBy: [unit(durability, "an acknowledgement the server does not confirm is counted")]
  },
  {
    name: "ack-before-dead-letter",
    what: "acknowledges what becomes a dead letter, then publishes it",
    guarantee: "G1",
    file: "src/pipeline/BatchAttempt.ts",
    text: "const results = yield* options.deadLetters.publish(",
    replacement:
      "yield* subscription.ack(letters.map(({ decoded }) => decoded.delivery))\n    const results = yield* options.deadLetters.publish(",
    caughtBy: [unit(durability, "a dead letter whose publish fails holds its delivery"), simulation]
  },
  {
    name: "dead-letter-answer-ignored",
    what: "takes a dead letter for published, whatever the answer was",
    guarantee: "G1",
    file: "src/pipeline/BatchAttempt.ts",
    text: "if (result !== undefined && Result.isSuccess(result))",
    replacement: "if (result !== undefined)",
    caughtBy: [
      unit(durability, "a dead letter whose publish fails holds its delivery"),
      simulation,
      scenario("dlq-missing")
    ]
  },
  {
    name: "publish-failure-is-success",
    what: "answers ids for messages that the server did not take in time",
    guarantee: "G1",
    file: "src/pubsub/google/GooglePublisher.ts",
    text: "return yield* result.failure",
    replacement: 'return request.map(() => "")',
    caughtBy: [unit(publisher, "a server that stays away is reported as unavailable")]
  },
  {
    name: "time-out-is-success",
    what: "takes a write that timed out for one that happened",
    guarantee: "G1",
    file: "src/facts/GroupedAnswers.ts",
    text: "const failure = Result.fail(unavailable(call.operation, error, elements.flatMap(call.textsOf)))",
    replacement:
      'const failure = error.reason._tag === "TimedOut" ? Result.succeed(undefined as R) : Result.fail(unavailable(call.operation, error))',
    caughtBy: [unit(grouped, "a time-out is never a success"), scenario("cassandra-refusing")]
  },
  {
    name: "no-answer-is-success",
    what: "takes a write for done when the connection ended before its answer",
    guarantee: "G1",
    file: "src/facts/RowRequests.ts",
    text: "Result.map(result, (page) => this.#taken(asked[at]?.elements ?? [], page, sentAs))",
    replacement:
      'Result.isFailure(result) && result.failure.reason._tag === "Unreachable" ? Result.succeed([]) : Result.map(result, (page) => this.#taken(asked[at]?.elements ?? [], page, sentAs))',
    caughtBy: [scenario("cassandra-killed")]
  },
  {
    name: "lost-ack-is-done",
    what: "reports an acknowledgement without an answer as done",
    guarantee: "G1",
    file: "src/pubsub/google/internal/AckQueue.ts",
    text: 'for (const each of changed.unanswered) answered(verb, each, "unanswered")',
    replacement: "for (const each of changed.unanswered) answered(verb, each, undefined)",
    caughtBy: [unit(settler, "an acknowledgement that keeps failing is reported as lost")]
  },
  {
    name: "ack-tried-once",
    what: "gives up an acknowledgement at its first transient failure",
    guarantee: "G1",
    file: "src/pubsub/google/internal/AckQueue.ts",
    text: "triedMillis < options.settleTimeoutMillis &&",
    replacement: "triedMillis < 0 &&",
    caughtBy: [unit(settler, "an acknowledgement that fails for a while is repeated")]
  },
  {
    name: "drain-waits-for-nothing",
    what: "closes the driver over statements whose callers were interrupted",
    guarantee: "G1",
    file: "src/cassandra/internal/RequestQueue.ts",
    text: "idle.closeUnsafe()",
    replacement: "idle.openUnsafe()",
    caughtBy: [
      unit(
        "test/cassandra/internal/RequestQueue.test.ts",
        "drain waits for the answer of an interrupted caller"
      )
    ]
  }
]
