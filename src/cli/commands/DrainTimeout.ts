/** Ends a drain that cannot go on, so that a job that a timer starts never hangs. */
import { Clock, Data, Duration, Effect } from "effect"
import { streamNames } from "../../domain/StreamName.ts"
import { Health, type HealthPart, healthParts, isReady, sentenceOf } from "../../telemetry/Health.ts"
import { Metrics } from "../../telemetry/Metrics.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"

/** A drain could not go on for too long. The command exits 1. */
export class DrainGivenUp extends Data.TaggedError("DrainGivenUp")<{
  readonly after: Duration.Duration
  /** A line for each part that does not work: what it says, and what to do. */
  readonly troubles: ReadonlyArray<string>
}> {
  override get message(): string {
    const first = `run --drain gives up: for ${Duration.format(this.after)} (--connect-timeout) this did not work`
    return [`${first}; what has no fate yet is delivered again`, ...this.troubles].join("\n")
  }
}

/**
 * Runs a drain, and ends it when a part has not been ready for so long, or when deliveries were retried for so long and
 * none got its fate. The dead-letter topic counts only while deliveries are retried.
 *
 * **Errors**: `DrainGivenUp`.
 */
export const givingUpAfter =
  (after: Duration.Duration) =>
  <A, E, R>(drain: Effect.Effect<A, E, R>): Effect.Effect<A, E | DrainGivenUp, R | Health | Metrics> =>
    Effect.raceFirst(drain, watch(after))

const watch = Effect.fnUntraced(function* (
  after: Duration.Duration
): Effect.fn.Return<never, DrainGivenUp, Health | Metrics> {
  const health = yield* Health
  const metrics = yield* Metrics
  const clock = yield* Clock.Clock
  const brokenSince = new Map<HealthPart, number>()
  let [fates, fatedAt] = [0, 0]
  for (;;) {
    const now = monotonicMillis(clock)
    let retrying = 0
    let fated = 0
    for (const stream of streamNames) {
      const totals = yield* metrics.totals(stream)
      retrying += totals.retrying
      for (const count of Object.values(totals.fates)) fated += count
    }
    if (fated > fates || retrying === 0) fatedAt = now
    fates = fated
    const parts = yield* health.parts
    for (const part of healthParts) {
      const matters = part !== "dead-letters" || retrying > 0
      if (!matters || isReady(parts[part].state)) brokenSince.delete(part)
      else if (!brokenSince.has(part)) brokenSince.set(part, now)
    }
    if ([...brokenSince.values()].some((since) => now - since >= Duration.toMillis(after))) {
      const broken = [...brokenSince.keys()]
      const known = broken.filter((part) => parts[part].state._tag !== "Starting")
      const troubles = (known.length > 0 ? known : broken).map((part) => sentenceOf(part, parts[part]))
      return yield* new DrainGivenUp({ after, troubles })
    }
    if (now - fatedAt >= Duration.toMillis(after)) {
      const unwell = healthParts.filter((part) => parts[part].state._tag !== "Healthy")
      const troubles = unwell.map((part) => sentenceOf(part, parts[part]))
      troubles.unshift(`${retrying} deliveries are retried, and none got its fate`)
      return yield* new DrainGivenUp({ after, troubles })
    }
    yield* Effect.sleep(Duration.seconds(1))
  }
})
