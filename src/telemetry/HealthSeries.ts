/** Shows the states of health as metric series. */
import { Effect, Layer } from "effect"
import { registerGauge } from "./Gauge.ts"
import { Health, healthParts, healthWords, wordOf } from "./Health.ts"
import { Metrics } from "./Metrics.ts"

/** The gauge `counterfoil_part_state`: 1 for the state of each part, 0 for every other, for the life of the layer. */
export const layerHealthSeries: Layer.Layer<never, never, Health | Metrics> = Layer.effectDiscard(
  Effect.gen(function* () {
    // The series go to the registry that comes with `Metrics`.
    yield* Metrics
    const { current } = yield* Health
    for (const part of healthParts) {
      for (const state of healthWords) {
        yield* registerGauge(
          "counterfoil_part_state",
          "1 for the state that a part is in, 0 for every other; ready is healthy, degraded or paused.",
          () => (wordOf(current()[part].state) === state ? 1 : 0),
          { part, state }
        )
      }
    }
  })
)
