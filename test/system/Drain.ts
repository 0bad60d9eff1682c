/** Runs `counterfoil run --drain` to its end. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type CounterfoilProcess, counterfoil } from "../support/Counterfoil.ts"

/**
 * Drains what waits on the subscriptions; the process has to end by itself with exit code 0.
 *
 * **Shape**: `samples` is the memory it had, sampled ten times a second. **Units**: MiB of resident set.
 */
export const drain = (
  environment: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = []
): Effect.Effect<CounterfoilProcess & { readonly samples: ReadonlyArray<number> }> =>
  Effect.scoped(
    Effect.gen(function* () {
      const process = yield* counterfoil(["run", "--drain", ...args], environment)
      const samples: Array<number> = []
      const ended = yield* Effect.raceFirst(
        process.ended,
        Effect.sync(() => {
          const now = process.memory()
          if (now > 0) samples.push(now)
        }).pipe(Effect.andThen(Effect.sleep("100 millis")), Effect.forever)
      )
      assert.deepStrictEqual(ended, { code: 0, signal: null }, process.stderr())
      return { ...process, samples }
    })
  )
