import { assert, describe, it } from "@effect/vitest"
import { Cassandra, type Page, type Statement } from "counterfoil/cassandra"
import { CassandraError, Unreachable } from "counterfoil/cassandra/CassandraError"
import { DeadLetters } from "counterfoil/deadletters"
import { attributesOf, publishTexts, testPubSub } from "counterfoil/testing"
import { pass } from "counterfoil/testing/VirtualTime"
import { Effect, Layer } from "effect"
import { startTemperatures } from "../src/Temperatures.ts"

/** What a table would hold, and whether it answers. */
const table = () => ({ sensors: new Set<string>(), celsius: new Map<string, unknown>(), isAway: false })

const cassandraOf = (state: ReturnType<typeof table>) =>
  Layer.mock(Cassandra)({
    execute: ({ params, query }: Statement): Effect.Effect<Page, CassandraError> =>
      Effect.suspend(() => {
        const [sensor, celsius] = params
        const reason = new Unreachable({ detail: "away", hosts: [], cause: undefined })
        if (state.isAway) return Effect.fail(new CassandraError({ operation: "execute", reason }))
        if (query.startsWith("INSERT")) state.celsius.set(String(sensor), celsius)
        const isKnown = query.startsWith("SELECT") && state.sensors.has(String(sensor))
        return Effect.succeed({ rows: isKnown ? [{ room: "kitchen" }] : [], next: undefined })
      })
  })

const parts = (state: ReturnType<typeof table>) =>
  DeadLetters.layer({ topic: "dead", appVersion: "test" }).pipe(
    Layer.provideMerge(testPubSub({ temperatures: "temperatures-sub", dead: "dead-sub" })),
    Layer.merge(cassandraOf(state))
  )

const reading = (sensor: string, celsius: number) => JSON.stringify({ sensor, celsius })

describe("temperatures", () => {
  it.effect("are recorded, and those below zero are told apart", () => {
    const state = table()
    state.sensors.add("oven").add("freezer")
    return Effect.gen(function* () {
      const consumer = yield* startTemperatures("temperatures-sub")
      yield* publishTexts("temperatures", reading("oven", 180), reading("freezer", -18))
      yield* pass("1 second")
      assert.deepStrictEqual(consumer.totals().fates, { recorded: 1, frost: 1, "dead-lettered": 0 })
      assert.deepStrictEqual(
        [...state.celsius],
        [
          ["oven", 180],
          ["freezer", -18]
        ]
      )
    }).pipe(Effect.provide(parts(state)))
  })

  it.effect("of a sensor that is not known yet wait for it", () => {
    const state = table()
    return Effect.gen(function* () {
      const consumer = yield* startTemperatures("temperatures-sub")
      yield* publishTexts("temperatures", reading("oven", 180))
      yield* pass("5 seconds")
      assert.strictEqual(consumer.totals().waiting, 1)
      state.sensors.add("oven")
      yield* pass("4 seconds")
      assert.strictEqual(consumer.totals().fates.recorded, 1)
    }).pipe(Effect.provide(parts(state)))
  })

  it.effect("that cannot be read, or whose sensor does not come, are dead letters with the reason", () => {
    const state = table()
    return Effect.gen(function* () {
      const consumer = yield* startTemperatures("temperatures-sub")
      yield* publishTexts("temperatures", reading("oven", 180), "warm")
      yield* pass("20 seconds")
      assert.strictEqual(consumer.totals().fates["dead-lettered"], 2)
      const reasons = (yield* attributesOf("dead")).map((attributes) => attributes["dlq-reason"])
      assert.deepStrictEqual(reasons, ["unreadable", "unknown-sensor"])
    }).pipe(Effect.provide(parts(state)))
  })

  it.effect("are no dead letters while the table is away: they are tried again", () => {
    const state = table()
    state.sensors.add("oven")
    state.isAway = true
    return Effect.gen(function* () {
      const consumer = yield* startTemperatures("temperatures-sub")
      yield* publishTexts("temperatures", reading("oven", 180))
      yield* pass("1 minute")
      assert.strictEqual(consumer.totals().retrying, 1)
      state.isAway = false
      yield* pass("10 seconds")
      assert.strictEqual(consumer.totals().fates.recorded, 1)
      assert.lengthOf(yield* attributesOf("dead"), 0)
    }).pipe(Effect.provide(parts(state)))
  })
})
