/** Lets one suite run on a real clock, where servers are real, and on a test clock, where nothing is waited for. */
import { Clock, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"

/** How time passes in a suite. */
export interface SuiteClock {
  /** Lets time pass: only where the passing itself is what is tested, never to await a state. */
  readonly pass: (duration: Duration.Input) => Effect.Effect<void>
  /** Waits until the condition holds; a condition that never does is a defect that names it. */
  readonly eventually: (what: string, condition: Effect.Effect<boolean>) => Effect.Effect<void>
}

const patienceMillis = 45_000

const awaiting =
  (step: Effect.Effect<void>) =>
  (what: string, condition: Effect.Effect<boolean>): Effect.Effect<void> =>
    Effect.gen(function* () {
      const giveUpAt = (yield* Clock.currentTimeMillis) + patienceMillis
      while (!(yield* condition)) {
        if ((yield* Clock.currentTimeMillis) > giveUpAt) return yield* Effect.die(new Error(`never: ${what}`))
        yield* step
      }
    })

/** Real time. */
export const realClock: SuiteClock = {
  pass: Effect.sleep,
  eventually: awaiting(Effect.sleep(Duration.millis(20)))
}

/** A test clock: time passes only here. */
export const testClock: SuiteClock = {
  pass: (duration) => TestClock.adjust(duration),
  eventually: awaiting(TestClock.adjust(Duration.millis(20)))
}
