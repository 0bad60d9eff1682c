/** Ends a drain that cannot go on, so that a job that a timer starts never hangs. */
import { Clock, Data, Duration, Effect } from "effect"
import { Health, type HealthPart, healthParts, isReady, sentenceOf } from "../../telemetry/Health.ts"
import type { Metrics } from "../../telemetry/Metrics.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import { sumOf, totals } from "./FateTable.ts"

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
  const clock = yield* Clock.Clock
  const brokenSince = new Map<HealthPart, number>()
  let fatedBefore = 0
  let fatedAt = monotonicMillis(clock)
  for (;;) {
    const now = monotonicMillis(clock)
    const isTooLong = (since: number) => now - since >= Duration.toMillis(after)
    const { orders, payments } = yield* totals
    const retrying = orders.retrying + payments.retrying
    const fated = sumOf(orders.fates) + sumOf(payments.fates)
    if (fated > fatedBefore || retrying === 0) fatedAt = now
    fatedBefore = fated
    const parts = yield* health.parts
    for (const part of healthParts) {
      const matters = part !== "dead-letters" || retrying > 0
      if (!matters || isReady(parts[part].state)) brokenSince.delete(part)
      else if (!brokenSince.has(part)) brokenSince.set(part, now)
    }
    const sentences = (of: ReadonlyArray<HealthPart>) => of.map((part) => sentenceOf(part, parts[part]))
    if ([...brokenSince.values()].some(isTooLong)) {
      const broken = [...brokenSince.keys()]
      const known = broken.filter((part) => parts[part].state._tag !== "Starting")
      return yield* new DrainGivenUp({ after, troubles: sentences(known.length > 0 ? known : broken) })
    }
    if (isTooLong(fatedAt)) {
      const stuck = `${retrying} deliveries are retried, and none got its fate`
      const unwell = healthParts.filter((part) => parts[part].state._tag !== "Healthy")
      return yield* new DrainGivenUp({ after, troubles: [stuck, ...sentences(unwell)] })
    }
    yield* Effect.sleep(Duration.seconds(1))
  }
})
