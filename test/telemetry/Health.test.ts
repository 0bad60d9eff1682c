import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  Health,
  type HealthState,
  healthParts,
  healthWords,
  isReady as isReadyIn,
  reasonOf,
  wordOf
} from "../../src/telemetry/Health.ts"
import { healthChangesKept } from "../../src/telemetry/Limits.ts"
import { collectedIn, type LogLine } from "../support/LogLines.ts"

const setAll = (state: Parameters<Health["Service"]["set"]>[1]) =>
  Health.use((health) => Effect.forEach(healthParts, (part) => health.set(part, state), { discard: true }))

const isReady = Health.use((health) => health.ready)

describe("Health", () => {
  it.effect("a process is not ready until every part has been", () =>
    Effect.gen(function* () {
      const health = yield* Health
      assert.isFalse(yield* isReady)
      for (const part of healthParts) {
        assert.isFalse(yield* isReady)
        yield* health.set(part, { _tag: "Healthy" })
      }
      assert.isTrue(yield* isReady)
    }).pipe(Effect.provide(Health.layer))
  )

  it.effect("[G4] one part unavailable makes the process not ready, until it is back", () =>
    Effect.gen(function* () {
      const health = yield* Health
      yield* setAll({ _tag: "Healthy" })
      yield* health.set("facts", { _tag: "Unavailable", reason: "no host answers" })
      assert.isFalse(yield* isReady)
      assert.deepStrictEqual((yield* health.states).facts, { _tag: "Unavailable", reason: "no host answers" })
      yield* health.set("facts", { _tag: "Healthy" })
      assert.isTrue(yield* isReady)
    }).pipe(Effect.provide(Health.layer))
  )

  it.each<[HealthState, boolean]>([
    [{ _tag: "Starting" }, false],
    [{ _tag: "Healthy" }, true],
    [{ _tag: "Degraded", reason: "2 deliveries are being retried" }, true],
    [{ _tag: "Paused", reason: "the waiting room is full" }, true],
    [{ _tag: "Unavailable", reason: "no host answers" }, false],
    [{ _tag: "Stopping" }, false]
  ])("[G4] %o: ready is %s, and its word is in the closed list", (state, expected) => {
    assert.strictEqual(isReadyIn(state), expected)
    assert.include(healthWords, wordOf(state))
  })

  it.effect("paused intake is ready, stopping is not", () =>
    Effect.gen(function* () {
      yield* setAll({ _tag: "Paused", reason: "the waiting room is full" })
      assert.isTrue(yield* isReady)
      yield* Health.use((health) => health.set("orders", { _tag: "Stopping" }))
      assert.isFalse(yield* isReady)
    }).pipe(Effect.provide(Health.layer))
  )

  it.effect("a part tells since when it is as it is; another reason does not start the time anew", () =>
    Effect.gen(function* () {
      const health = yield* Health
      yield* TestClock.setTime(1_000)
      yield* health.set("orders", { _tag: "Unavailable", reason: "one" })
      yield* TestClock.setTime(2_000)
      yield* health.set("orders", { _tag: "Unavailable", reason: "two" })
      assert.deepStrictEqual((yield* health.parts).orders, {
        state: { _tag: "Unavailable", reason: "two" },
        since: 1_000
      })
      yield* health.set("orders", { _tag: "Healthy" })
      assert.strictEqual((yield* health.parts).orders.since, 2_000)
    }).pipe(Effect.provide(Health.layer))
  )

  it.effect(
    "each change of state is logged once, with its part; another reason is shown, and not logged",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const capture = Logger.make(({ fiber, logLevel, message }) => {
          const part = fiber.getRef(References.CurrentLogAnnotations)["part"]
          lines.push(`${logLevel} ${String(part)} ${String(message)}`)
        })
        yield* Effect.gen(function* () {
          const health = yield* Health
          yield* health.set("dead-letters", { _tag: "Healthy" })
          yield* health.set("dead-letters", { _tag: "Degraded", reason: "one publish failed" })
          for (let time = 0; time < 50; time++) {
            yield* health.set("dead-letters", { _tag: "Unavailable", reason: "the topic does not exist" })
            yield* health.set("dead-letters", { _tag: "Unavailable", reason: "no answer" })
          }
          const shown = (yield* health.states)["dead-letters"]
          assert.deepStrictEqual(shown, { _tag: "Unavailable", reason: "no answer" })
        }).pipe(Effect.provide(Logger.layer([capture])))
        assert.deepStrictEqual(lines, [
          "Warn dead-letters dead-letters: degraded: one publish failed",
          "Warn dead-letters dead-letters: unavailable: the topic does not exist"
        ])
      }).pipe(Effect.provide(Health.layer))
  )

  it.effect(
    "a start without trouble is one line: that the process is ready; the parts are lines at Debug",
    () =>
      Effect.gen(function* () {
        const lines: Array<LogLine> = []
        yield* Effect.gen(function* () {
          const health = yield* Health
          yield* setAll({ _tag: "Healthy" })
          yield* health.set("orders", { _tag: "Paused", reason: "a limit" })
          yield* health.set("orders", { _tag: "Healthy" })
        }).pipe(Effect.provide(collectedIn(lines, "Debug")))
        assert.deepStrictEqual(
          lines.map(({ level, text }) => `${level} ${text}`),
          [
            ...healthParts.map((part) => `Debug ${part}: healthy`),
            "Info ready",
            "Info orders: paused: a limit",
            "Info orders: healthy"
          ]
        )
      }).pipe(Effect.provide(Health.layer))
  )

  it.effect("changes of state can be subscribed to, each with what was before; other reasons are none", () =>
    Effect.gen(function* () {
      const health = yield* Health
      const reader = yield* Effect.forkChild(Stream.runCollect(Stream.take(health.changes, 2)))
      yield* Effect.yieldNow
      yield* TestClock.setTime(1_000)
      yield* health.set("facts", { _tag: "Unavailable", reason: "one" })
      yield* health.set("facts", { _tag: "Unavailable", reason: "two" })
      yield* health.set("facts", { _tag: "Healthy" })
      const [first, second] = yield* Fiber.join(reader)
      assert.deepStrictEqual(first, {
        part: "facts",
        state: { _tag: "Unavailable", reason: "one" },
        since: 1_000,
        before: { _tag: "Starting" }
      })
      assert.deepInclude(second, {
        state: { _tag: "Healthy" },
        before: { _tag: "Unavailable", reason: "two" }
      })
    }).pipe(Effect.provide(Health.layer))
  )

  it.effect("[G6] a subscriber that reads nothing costs a bounded number of changes, the latest", () =>
    Effect.gen(function* () {
      const health = yield* Health
      const slow = yield* Deferred.make<void>()
      const seen: Array<number> = []
      const reader = yield* health.changes.pipe(
        Stream.rechunk(1),
        Stream.mapEffect((change) => Effect.as(Deferred.await(slow), change.since)),
        Stream.takeUntil((since) => since === 1_000),
        Stream.runForEach((since) => Effect.sync(() => seen.push(since))),
        Effect.forkChild
      )
      yield* Effect.yieldNow
      for (let time = 1; time <= 1_000; time++) {
        yield* TestClock.setTime(time)
        yield* health.set("facts", { _tag: time % 2 === 0 ? "Healthy" : "Stopping" })
      }
      yield* Deferred.succeed(slow, undefined)
      yield* Fiber.join(reader)
      assert.isAtMost(seen.length, healthChangesKept + 2)
      assert.strictEqual(seen.at(-1), 1_000)
    }).pipe(Effect.provide(Layer.merge(Health.layer, Logger.layer([]))))
  )

  it.effect("the line about a change names the remedy of its error, and the reason stays plain", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const capture = Logger.make(({ message }) => void lines.push(String(message)))
      const health = yield* Health
      const away = { _tag: "Unavailable", reason: "the table is gone", error: "table" } as const
      yield* Effect.gen(function* () {
        yield* health.set("facts", away)
        yield* health.set("orders", { ...away, error: "unheard of" })
        yield* health.set("facts", { _tag: "Healthy" })
      }).pipe(Effect.provide(Logger.layer([capture])))
      assert.deepStrictEqual(lines, [
        "facts: unavailable: the table is gone; create it",
        "orders: unavailable: the table is gone",
        "facts: healthy"
      ])
      yield* health.set("facts", away)
      const { facts } = yield* health.parts
      assert.strictEqual(facts.remedy, "create it")
      assert.strictEqual(reasonOf(facts.state), "the table is gone")
    }).pipe(Effect.provide(Health.layerWith((error) => (error === "table" ? "create it" : undefined))))
  )
})
