import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { HealthMonitor } from "../../src/ingest/HealthMonitor.ts"
import {
  CredentialsMissing,
  CredentialsRefused,
  PubSubError,
  PubSubUnavailable,
  RequestRejected
} from "../../src/pubsub/PubSubError.ts"
import { Health, sentenceOf } from "../../src/telemetry/Health.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { checkError, connected, every, pingError, watched } from "../support/WatchedParts.ts"

const provided = Effect.provide(Health.layer)

const failTwice = (monitor: HealthMonitor) => {
  monitor.storeFailed({ message: "write refused" }, true)
  monitor.storeFailed({ message: "write refused" }, true)
}

describe("HealthMonitor", () => {
  it.effect("[G4] a normal start makes every part healthy within a second, and is one line", () =>
    Effect.gen(function* () {
      const { health, lines } = yield* watched
      assert.isTrue(yield* health.ready)
      assert.deepStrictEqual(lines, ["Info ready"])
    }).pipe(provided)
  )

  it.effect(
    "[G4] a table that refuses writes and answers pings is unavailable within 3 s, until it stores",
    () =>
      Effect.gen(function* () {
        const { monitor, parts, tag, words } = yield* watched
        parts.retrying = 20
        failTwice(monitor)
        yield* pass("1 second")
        assert.strictEqual(tag("facts"), "Healthy")
        yield* pass("2 seconds")
        assert.strictEqual(tag("facts"), "Unavailable")
        yield* every(1_000, "1 minute", () => monitor.storeFailed({ message: "write refused" }, false))
        assert.strictEqual(tag("facts"), "Unavailable")
        parts.retrying = 0
        monitor.storeAnswered()
        yield* pass("2 seconds")
        assert.deepStrictEqual(words("facts"), ["Healthy", "Unavailable", "Healthy"])
      }).pipe(provided)
  )

  it.effect(
    "[G4] an idle table that does not answer pings is unavailable within 8 s, and well soon after",
    () =>
      Effect.gen(function* () {
        const { lines, parts, tag } = yield* watched
        parts.ping = Effect.fail(pingError)
        yield* pass("8 seconds")
        assert.strictEqual(tag("facts"), "Unavailable")
        assert.deepStrictEqual(
          lines.filter((line) => line.startsWith("Warn")),
          [`Warn facts: unavailable: ${pingError.message}`]
        )
        parts.ping = Effect.void
        yield* pass("3 seconds")
        assert.strictEqual(tag("facts"), "Healthy")
      }).pipe(provided)
  )

  it.effect(
    "[G4] 20 rows that are stuck for ten minutes degrade the table once, and readiness never changes",
    () =>
      Effect.gen(function* () {
        const { health, lines, monitor, parts, words } = yield* watched
        parts.retrying = 20
        // Each fails again every 5 s. For five minutes others are stored, then those are all that is left.
        yield* every(250, "10 minutes", (turn) => {
          monitor.storeFailed({ message: "node 2 does not answer" }, turn === 0)
          if (turn < 1_200 && turn % 2 === 0) monitor.storeAnswered()
          assert.isTrue(Object.values(health.current()).every(({ state }) => state._tag !== "Unavailable"))
        })
        assert.deepStrictEqual(words("facts"), ["Healthy", "Degraded"])
        assert.deepStrictEqual(
          lines.filter((line) => line.startsWith("Warn")).map((line) => line.slice(0, 20)),
          ["Warn facts: degraded"]
        )
        parts.retrying = 0
        monitor.storeAnswered()
        yield* pass("2 seconds")
        assert.deepStrictEqual(words("facts"), ["Healthy", "Degraded", "Healthy"])
      }).pipe(provided)
  )

  for (const period of [500, 3_000, 20_000, 60_000]) {
    it.effect(`[G4] a table that is down every other ${period} ms for ten minutes makes a few changes`, () =>
      Effect.gen(function* () {
        const { lines, monitor, parts, words } = yield* watched
        parts.retrying = 50
        yield* every(250, "10 minutes", (turn) => {
          const isDown = Math.floor((turn * 250) / period) % 2 === 0
          parts.ping = isDown ? Effect.fail(pingError) : Effect.void
          // Two reasons in turn, as two coordinators give them.
          if (isDown) monitor.storeFailed({ message: turn % 2 === 0 ? "no answer" : "overloaded" }, true)
          else monitor.storeAnswered()
        })
        assert.isAtMost(words("facts").length, 12)
        assert.isAtMost(lines.length, 1 + 12)
      }).pipe(provided)
    )
  }

  it.effect(
    "[G4] a host that is silent while others answer is named in one line, and again in one when it is back",
    () =>
      Effect.gen(function* () {
        const { health, lines, monitor, parts, words } = yield* watched
        yield* every(250, "1 minute", (turn) => {
          monitor.storeAnswered()
          parts.silentHosts = [{ address: "10.0.0.3:9042", millis: turn * 250, isConnected: true }]
          assert.notStrictEqual(health.current().facts.state._tag, "Unavailable")
        })
        assert.isTrue(yield* health.ready)
        parts.silentHosts = []
        yield* pass("5 seconds")
        assert.deepStrictEqual(words("facts"), ["Healthy", "Degraded", "Healthy"])
        assert.deepStrictEqual(lines.filter((line) => line.includes("facts")).slice(-2), [
          "Warn facts: degraded: no answer from 10.0.0.3:9042 (silent); the other hosts answer",
          "Info facts: healthy"
        ])
      }).pipe(provided)
  )

  it.effect("[G4] a host that is silent for the time of a garbage collection is not mentioned", () =>
    Effect.gen(function* () {
      const { monitor, parts, words } = yield* watched
      yield* every(250, "1 minute", (turn) => {
        monitor.storeAnswered()
        const millis = (turn % 12) * 250
        parts.silentHosts = millis < 1_900 ? [{ address: "10.0.0.3:9042", millis, isConnected: true }] : []
      })
      assert.deepStrictEqual(words("facts"), ["Healthy"])
    }).pipe(provided)
  )

  it.effect("[G4] a reason that alternates for ten minutes of an outage is one line", () =>
    Effect.gen(function* () {
      const { lines, monitor, parts } = yield* watched
      parts.retrying = 50
      parts.ping = Effect.fail(pingError)
      yield* every(250, "10 minutes", (turn) =>
        monitor.storeFailed({ message: turn % 2 === 0 ? "no answer" : "overloaded" }, true)
      )
      assert.lengthOf(
        lines.filter((line) => line.startsWith("Warn")),
        1
      )
    }).pipe(provided)
  )

  it.effect(
    "[G4] a dead letter that failed and was matched instead leaves the topic healthy within 30 s",
    () =>
      Effect.gen(function* () {
        const { monitor, tag, words } = yield* watched
        yield* every(1_000, "4 seconds", () => monitor.deadLettersFailed({ message: "no answer" }))
        assert.strictEqual(tag("dead-letters"), "Unavailable")
        // Nothing is published any more; only the topic can be looked at.
        yield* pass("30 seconds")
        assert.deepStrictEqual(words("dead-letters"), ["Healthy", "Unavailable", "Healthy"])
      }).pipe(provided)
  )

  it.effect("[G4] while publishes fail the topic is unavailable, though it is there", () =>
    Effect.gen(function* () {
      const { monitor, tag, words } = yield* watched
      // The longest wait between two tries, and the longest a publish takes.
      yield* every(11_000, "10 minutes", () => monitor.deadLettersFailed({ message: "permission denied" }))
      assert.strictEqual(tag("dead-letters"), "Unavailable")
      assert.deepStrictEqual(words("dead-letters"), ["Healthy", "Degraded", "Unavailable"])
      monitor.deadLettersConfirmed()
      yield* pass("3 seconds")
      assert.strictEqual(tag("dead-letters"), "Healthy")
    }).pipe(provided)
  )

  for (const reason of [
    new RequestRejected({ detail: "an illegal name", cause: undefined }),
    new CredentialsMissing({ cause: undefined }),
    new CredentialsRefused({ cause: undefined }),
    new PubSubUnavailable({ detail: "no access token is to be had just now", cause: undefined })
  ]) {
    it.effect(`[G4] a check that ends with ${reason._tag} has found no topic, and health says why`, () =>
      Effect.gen(function* () {
        const { health, parts, tag } = yield* watched
        const refused = new PubSubError({ operation: "get topic", resource: "topic", reason })
        parts.topicExists = Effect.fail(refused)
        yield* pass("30 seconds")
        assert.strictEqual(tag("dead-letters"), "Unavailable")
        assert.include(sentenceOf("dead-letters", health.current()["dead-letters"]), refused.message)
      }).pipe(provided)
    )
  }

  it.effect(
    "[G4] a topic that is deleted is unavailable within 15 s, and healthy soon after it was made again",
    () =>
      Effect.gen(function* () {
        const { health, parts, tag } = yield* watched
        parts.topicExists = Effect.succeed(false)
        yield* pass("15 seconds")
        assert.strictEqual(
          sentenceOf("dead-letters", health.current()["dead-letters"]),
          "dead-letters: unavailable: topic projects/p/topics/t does not exist"
        )
        parts.topicExists = Effect.succeed(true)
        yield* pass("5 seconds")
        assert.strictEqual(tag("dead-letters"), "Healthy")
        parts.topicExists = Effect.fail(checkError)
        yield* pass("15 seconds")
        assert.strictEqual(tag("dead-letters"), "Unavailable")
      }).pipe(provided)
  )

  it.effect(
    "[G4] streams that are closed and opened again change nothing; those that stay closed do, once",
    () =>
      Effect.gen(function* () {
        const { parts, words } = yield* watched
        const away = { ...connected, connected: false, trouble: "Pub/Sub does not answer" }
        yield* every(500, "10 minutes", (turn) => {
          parts.status = turn % 6 === 0 ? connected : away
        })
        assert.deepStrictEqual(words("orders"), ["Healthy"])
        parts.status = away
        yield* pass("1 minute")
        assert.deepStrictEqual(words("orders"), ["Healthy", "Unavailable"])
        parts.status = connected
        yield* pass("2 seconds")
        assert.deepStrictEqual(words("payments"), ["Healthy", "Unavailable", "Healthy"])
      }).pipe(provided)
  )
})
