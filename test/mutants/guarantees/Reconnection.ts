/** Connections to Pub/Sub that are given up, not given up, or taken for quiet (G4, G5). */
import { type Mutant, scenario, unit } from "../Mutant.ts"

const connection = "test/pubsub/google/internal/Connection.test.ts"
const slot = "test/pubsub/google/internal/ReconnectingStream.test.ts"

/** Mutants of the connection to Pub/Sub. */
export const ofReconnection: ReadonlyArray<Mutant> = [
  {
    name: "unavailable-is-the-end",
    what: "gives up when Pub/Sub is unavailable",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ReconnectingStream.ts",
    text: "return error.isRetryable ? Effect.void : Effect.fail(error)",
    replacement: "return Effect.fail(error)",
    caughtBy: [unit(slot, "is opened again"), scenario("pubsub-cut")]
  },
  {
    name: "terminal-status-retried",
    what: "asks for ever for a subscription that does not exist, or is not ours to read",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ReconnectingStream.ts",
    text: "return error.isRetryable ? Effect.void : Effect.fail(error)",
    replacement: "return Effect.void",
    caughtBy: [unit(slot, "naming the subscription")]
  },
  {
    name: "no-backoff-of-streams",
    what: "opens streams again without a pause",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ReconnectingStream.ts",
    text: "if (failures > 0) yield* Effect.timeoutOption(",
    replacement: "if (failures < 0) yield* Effect.timeoutOption(",
    caughtBy: [unit(slot, "is asked less and less often")]
  },
  {
    name: "key-order-not-kept",
    what: "hands over deliveries of one ordering key together",
    guarantee: undefined,
    file: "src/pubsub/google/internal/OrderingKeys.ts",
    text: 'return orderingKey === "" || this.#lines.get(orderingKey)?.[0] === item',
    replacement: 'return orderingKey === "" || this.#lines.has(orderingKey)',
    caughtBy: [
      unit(
        "test/pubsub/google/internal/OrderingKeys.test.ts",
        "deliveries of one key are handed over one after another"
      )
    ]
  },
  {
    name: "backoff-of-routine-ends",
    what: "pauses before it opens a stream that the server recycled",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ReconnectingStream.ts",
    text: "failures = wasProven ? 0 : failures + 1",
    replacement: "failures += 1",
    caughtBy: [unit(slot, "a stream that the server recycles after deliveries is opened again at once")]
  },
  {
    name: "heartbeat-not-listened-to",
    what: "keeps streams on which the service does not answer",
    guarantee: "G4",
    file: "src/pubsub/google/internal/StreamPool.ts",
    text: "Effect.andThen(isEmulator ? Effect.void : listen)",
    replacement: "Effect.andThen(isEmulator || listen ? Effect.void : listen)",
    caughtBy: [unit(slot, "a stream on which the service leaves a heartbeat unanswered is rebuilt")]
  },
  {
    name: "dead-connection-kept",
    what: "never replaces a connection that swallows everything",
    guarantee: "G4",
    file: "src/pubsub/google/internal/Connection.ts",
    text: "if (silentLooks * 1000 < this.#silence.renewMillis) continue",
    replacement: "if (silentLooks >= 0) continue",
    caughtBy: [unit(connection, "everything moves to a new connection")]
  },
  {
    name: "connection-not-pinged",
    what: "does not ping a connection on which nothing is sent",
    guarantee: "G4",
    file: "src/pubsub/google/GoogleClient.ts",
    text: '"grpc.keepalive_time_ms": keepAliveMillis',
    replacement: '"grpc.keepalive_time_ms": 2 ** 31 - 1',
    caughtBy: [unit("test/pubsub/google/DeadConnection.test.ts", "is noticed and replaced")]
  },
  {
    name: "dead-connection-is-quiet",
    what: "takes a connection on which nothing arrives any more for a quiet one",
    guarantee: "G5",
    file: "src/pubsub/google/internal/StreamPool.ts",
    text: "isQuiet ? Math.max(0, connection.heardAt - since) : 0",
    replacement: "isQuiet ? Math.max(0, now - since) : 0",
    caughtBy: [unit(connection, "proves nothing: it never looks quiet")]
  },
  {
    name: "slow-is-silent",
    what: "takes a server half a second away for one that does not answer",
    guarantee: "G5",
    file: "src/pubsub/Limits.ts",
    text: "connectionAnswerSeconds = 2",
    replacement: "connectionAnswerSeconds = 0.5",
    caughtBy: [scenario("pubsub-slow")]
  },
  {
    name: "silence-is-connected",
    what: "calls a connection on which nothing is answered connected",
    guarantee: "G5",
    file: "src/pubsub/google/internal/StreamPool.ts",
    text: "closed === undefined && !isStopped && !isSilent",
    replacement: "closed === undefined && !isStopped && (!isSilent || isSilent)",
    caughtBy: [
      unit(connection, "while a call has no answer it is not connected"),
      scenario("pubsub-black-hole")
    ]
  }
]
