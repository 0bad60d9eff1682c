import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { layerInFlightGauge } from "../../src/telemetry/InFlightGauge.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"

describe("layerInFlightGauge", () => {
  it.effect("is there before Cassandra is connected, as NaN", () =>
    Effect.gen(function* () {
      const text = yield* Metrics.use((metrics) => metrics.prometheus)
      assert.isNaN(valueOf(parseExposition(text), "counterfoil_in_flight_statements_limit"))
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("[G6] shows the limit as it is when metrics are asked for", () => {
    let limit = 512
    const cassandra = Layer.mock(Cassandra, {
      inFlight: () => 0,
      inFlightLimit: () => limit,
      replicasOf: () => undefined,
      preferredOf: () => undefined,
      coordinators: () => [],
      silentHosts: () => []
    })
    const shown = Metrics.use((metrics) => metrics.prometheus).pipe(
      Effect.map((text) => valueOf(parseExposition(text), "counterfoil_in_flight_statements_limit"))
    )
    return Effect.gen(function* () {
      assert.strictEqual(yield* shown, 512)
      limit = 64
      assert.strictEqual(yield* shown, 64)
    }).pipe(
      Effect.provide(layerInFlightGauge.pipe(Layer.provide(cassandra), Layer.provideMerge(Metrics.layer)))
    )
  })
})
