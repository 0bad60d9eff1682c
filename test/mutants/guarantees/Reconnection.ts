/** Connections to Pub/Sub that are given up, not given up, or taken for quiet (G4, G5). */
import { integration, type Mutant, scenario, unit } from "../Mutant.ts"

const connection = "test/pubsub/google/internal/Connection.test.ts"
const slot = "test/pubsub/google/internal/ReconnectingStream.test.ts"
const proxied = "test/system/Proxy.integration.test.ts"

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
    file: "src/pubsub/google/internal/StreamHeartbeat.ts",
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
    file: "src/pubsub/google/internal/StreamQuiet.ts",
    text: "Math.max(0, this.provenAt - Math.max(this.#begunAt, this.#lostUntil))",
    replacement: "Math.max(0, monotonicMillis(this.#parts.clock) - Math.max(this.#begunAt, this.#lostUntil))",
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
  },
  {
    name: "emulator-through-proxy",
    what: "goes to an emulator through the proxy that the environment names",
    guarantee: undefined,
    file: "src/pubsub/google/GoogleClient.ts",
    text: '"grpc.enable_http_proxy": 0',
    replacement: '"grpc.enable_http_proxy": 1',
    caughtBy: [
      unit("test/pubsub/google/Proxy.test.ts", "is not used with an emulator"),
      integration(proxied, "is no matter with an emulator, nor for Cassandra")
    ]
  },
  {
    name: "proxy-unnamed",
    what: "says that the service does not answer where it is the proxy that does not",
    guarantee: undefined,
    file: "src/pubsub/google/internal/ErrorClassification.ts",
    text: "detail: noAnswer + throughProxy(proxy)",
    replacement: "detail: noAnswer",
    caughtBy: [unit("test/pubsub/google/Proxy.test.ts", "is named for")]
  },
  {
    name: "proxy-unknown-to-calls",
    what: "does not tell a call which proxy it goes through",
    guarantee: undefined,
    file: "src/pubsub/google/internal/Calls.ts",
    text: "classify(cause, connection.proxy)",
    replacement: "classify(cause)",
    caughtBy: [integration(proxied, "is named by a command that fails")]
  },
  {
    name: "proxy-unknown-to-streams",
    what: "does not tell a stream which proxy it goes through",
    guarantee: undefined,
    file: "src/pubsub/google/internal/ReconnectingStream.ts",
    text: "classify(end, this.#options.connection.proxy)",
    replacement: "classify(end)",
    caughtBy: [integration(proxied, "is named by the health of what receives")]
  },
  {
    name: "proxy-password-shown",
    what: "shows the proxy's user and password in errors",
    guarantee: undefined,
    file: "src/config/parsers/ProxyUrl.ts",
    text: "const { protocol, hostname, port } = new URL(text)",
    replacement:
      "const { protocol, host, port, username, password } = new URL(text)\n    const hostname = [username, password, host].join('@')",
    caughtBy: [unit("test/config/Proxy.test.ts"), integration(proxied, "is named by a command that fails")]
  }
]
