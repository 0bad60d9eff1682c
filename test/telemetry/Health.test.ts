import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { Health, healthParts, reasonOf } from "../../src/telemetry/Health.ts"

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

  it.effect("[G4] one part away makes the process not ready, until it is back", () =>
    Effect.gen(function* () {
      const health = yield* Health
      yield* setAll({ _tag: "Healthy" })
      yield* health.set("facts", { _tag: "Away", reason: "no host answers" })
      assert.isFalse(yield* isReady)
      assert.deepStrictEqual((yield* health.states).facts, { _tag: "Away", reason: "no host answers" })
      yield* health.set("facts", { _tag: "Healthy" })
      assert.isTrue(yield* isReady)
    }).pipe(Effect.provide(Health.layer))
  )

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
      yield* health.set("orders", { _tag: "Away", reason: "one" })
      yield* TestClock.setTime(2_000)
      yield* health.set("orders", { _tag: "Away", reason: "two" })
      assert.deepStrictEqual((yield* health.parts).orders, {
        state: { _tag: "Away", reason: "two" },
        since: 1_000
      })
      yield* health.set("orders", { _tag: "Healthy" })
      assert.strictEqual((yield* health.parts).orders.since, 2_000)
    }).pipe(Effect.provide(Health.layer))
  )

  it.effect("each change is logged once, with its part; a repetition is not", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const capture = Logger.make(({ fiber, logLevel, message }) => {
        const part = fiber.getRef(References.CurrentLogAnnotations)["part"]
        lines.push(`${logLevel} ${String(part)} ${String(message)}`)
      })
      yield* Effect.gen(function* () {
        const health = yield* Health
        yield* health.set("dead-letters", { _tag: "Healthy" })
        yield* health.set("dead-letters", { _tag: "Healthy" })
        yield* health.set("dead-letters", { _tag: "Away", reason: "the topic does not exist" })
        yield* health.set("dead-letters", { _tag: "Away", reason: "the topic does not exist" })
      }).pipe(Effect.provide(Logger.layer([capture])))
      assert.deepStrictEqual(lines, [
        "Info dead-letters dead-letters: healthy",
        "Warn dead-letters dead-letters: away: the topic does not exist"
      ])
    }).pipe(Effect.provide(Health.layer))
  )

  it.effect("the line about a change names the remedy of its error, and the reason stays plain", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const capture = Logger.make(({ message }) => void lines.push(String(message)))
      const health = yield* Health
      const away = { _tag: "Away", reason: "the table is gone", error: "table" } as const
      yield* Effect.gen(function* () {
        yield* health.set("facts", away)
        yield* health.set("orders", { ...away, error: "unheard of" })
        yield* health.set("facts", { _tag: "Healthy" })
      }).pipe(Effect.provide(Logger.layer([capture])))
      assert.deepStrictEqual(lines, [
        "facts: away: the table is gone; create it",
        "orders: away: the table is gone",
        "facts: healthy"
      ])
      yield* health.set("facts", away)
      const { facts } = yield* health.parts
      assert.strictEqual(facts.remedy, "create it")
      assert.strictEqual(reasonOf(facts.state), "the table is gone")
    }).pipe(Effect.provide(Health.layerWith((error) => (error === "table" ? "create it" : undefined))))
  )
})
