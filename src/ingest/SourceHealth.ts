/** Tells health how the source subscriptions are. */
import { Duration, Effect } from "effect"
import { Health, type HealthPart, type HealthState } from "../observe/Health.ts"
import type { OpenSubscription } from "../pubsub/Subscription.ts"
import { healthFirstMillis, healthTickMillis } from "./Limits.ts"

/** A subscription that is watched. */
export interface WatchedSource {
  readonly part: HealthPart
  readonly subscription: OpenSubscription
  /** Why its intake stands still; undefined while it does not. */
  readonly pausedBecause: () => string | undefined
}

/** Sets the health of these parts, over and over; never ends. */
export const watchSources = (
  sources: ReadonlyArray<WatchedSource>,
  isStopping: () => boolean
): Effect.Effect<never, never, Health> =>
  Effect.gen(function* () {
    const health = yield* Health
    yield* Effect.sleep(Duration.millis(healthFirstMillis))
    for (;;) {
      for (const source of sources) {
        const state = yield* stateOf(source)
        yield* health.set(source.part, isStopping() ? { _tag: "Stopping" } : state)
      }
      yield* Effect.sleep(Duration.millis(healthTickMillis))
    }
  })

const stateOf = ({ subscription, pausedBecause }: WatchedSource): Effect.Effect<HealthState> =>
  Effect.map(subscription.status, ({ connected, trouble }) => {
    if (!connected) return { _tag: "Away", reason: trouble }
    const reason = pausedBecause()
    return reason === undefined ? { _tag: "Healthy" } : { _tag: "Paused", reason }
  })
