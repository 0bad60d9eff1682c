/** Keeps the watchdogs looking. */
import { Duration, Effect, Layer } from "effect"
import { Health } from "./Health.ts"
import { watchdogMillis } from "./Limits.ts"

/** Looks at all signs of life once a second, for the life of the layer. */
export const layerWatchdogs: Layer.Layer<never, never, Health> = Layer.effectDiscard(
  Health.use(({ watchdogs }) =>
    // supervised: it only looks and sleeps, and ends with the layer
    Effect.forkScoped(
      Effect.forever(
        Effect.delay(
          Effect.sync(() => watchdogs.tick()),
          Duration.millis(watchdogMillis)
        )
      )
    )
  )
)
