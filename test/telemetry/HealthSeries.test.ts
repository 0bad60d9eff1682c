import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { Health, healthParts, healthWords } from "../../src/telemetry/Health.ts"
import { layerHealthSeries } from "../../src/telemetry/HealthSeries.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"

const layer = layerHealthSeries.pipe(
  Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([])))
)

describe("layerHealthSeries", () => {
  it.effect("[G6] exactly one state of each part is 1, from a closed list", () =>
    Effect.gen(function* () {
      const health = yield* Health
      const states = Effect.map(
        Metrics.use((metrics) => metrics.prometheus),
        (text) => {
          const families = parseExposition(text)
          return healthParts.map((part) =>
            healthWords.filter((state) => valueOf(families, "counterfoil_part_state", { part, state }) === 1)
          )
        }
      )
      assert.deepStrictEqual(yield* states, [["starting"], ["starting"], ["starting"], ["starting"]])
      yield* health.set("orders", { _tag: "Degraded", reason: "3 are being retried" })
      yield* health.set("payments", { _tag: "Paused", reason: "the waiting room is full" })
      yield* health.set("facts", { _tag: "Unavailable", reason: "no host answers" })
      yield* health.set("dead-letters", { _tag: "Healthy" })
      assert.deepStrictEqual(yield* states, [["degraded"], ["paused"], ["unavailable"], ["healthy"]])
    }).pipe(Effect.provide(layer))
  )
})
