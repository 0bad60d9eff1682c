/** Tells health how the source subscriptions are. */
import { Duration, Effect } from "effect"
import type { Subscription, SubscriptionStatus } from "../pubsub/Subscriber.ts"
import { Health, type HealthState } from "../telemetry/Health.ts"
import { Metrics, type StreamName } from "../telemetry/Metrics.ts"
import { healthFirstMillis, healthTickMillis } from "./Limits.ts"

/** A subscription that is watched. */
export interface WatchedSource {
  readonly part: StreamName
  readonly subscription: Subscription
  /** Why its intake stands still; undefined while it does not. */
  readonly pausedBecause: () => string | undefined
}

/** Sets the health of these parts, over and over, and counts their lost leases; never ends. */
export const watchSources = (
  sources: ReadonlyArray<WatchedSource>,
  isStopping: () => boolean
): Effect.Effect<never, never, Health | Metrics> =>
  Effect.gen(function* () {
    const metrics = yield* Metrics
    const health = yield* Health
    yield* Effect.sleep(Duration.millis(healthFirstMillis))
    for (;;) {
      for (const source of sources) {
        const status = yield* source.subscription.status
        yield* metrics.leasesLost(source.part, status.leasesLost)
        const state = stateOf(source, status)
        yield* health.set(source.part, isStopping() ? { _tag: "Stopping" } : state)
      }
      yield* Effect.sleep(Duration.millis(healthTickMillis))
    }
  })

const stateOf = (
  { pausedBecause }: WatchedSource,
  { connected, trouble }: SubscriptionStatus
): HealthState => {
  if (!connected) return { _tag: "Away", reason: trouble }
  const reason = pausedBecause()
  return reason === undefined ? { _tag: "Healthy" } : { _tag: "Paused", reason }
}
