/** Lets a test clock's time pass, and everything that was set off come to rest. */
import { Clock, type Duration, Effect } from "effect"
import { TestClock } from "effect/testing"

/** Lets time pass: only where the passing itself is what is tested, never to await a state. */
export const pass = (duration: Duration.Input): Effect.Effect<void> =>
  Effect.andThen(settle, TestClock.adjust(duration)).pipe(Effect.andThen(settle))

/** Lets time pass until the condition holds; one that never does is a defect that names it. */
export const eventually = Effect.fnUntraced(function* (what: string, condition: Effect.Effect<boolean>) {
  const giveUpAt = (yield* Clock.currentTimeMillis) + patienceMillis
  while (!(yield* condition)) {
    if ((yield* Clock.currentTimeMillis) > giveUpAt) return yield* Effect.die(new Error(`never: ${what}`))
    yield* pass("20 millis")
  }
})

const patienceMillis = 120_000

/** The scheduler runs what is ready in turns; chains longer than this are not known. */
const turns = 12

// The test clock waits for what it has woken itself; what a test has set off has to get its turns.
const settle = Effect.promise(async () => {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
})
