/** Runs `counterfoil run --drain` to its end. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type CounterfoilProcess, counterfoil } from "../support/Counterfoil.ts"

/** Drains what waits on the subscriptions; the process has to end by itself with exit code 0. */
export const drain = (
  environment: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = []
): Effect.Effect<CounterfoilProcess & { readonly peak: number }> =>
  Effect.scoped(
    Effect.gen(function* () {
      const process = yield* counterfoil(["run", "--drain", ...args], environment)
      let peak = 0
      const ended = yield* Effect.raceFirst(
        process.ended,
        Effect.sync(() => {
          peak = Math.max(peak, process.peakMemory())
        }).pipe(Effect.andThen(Effect.sleep("100 millis")), Effect.forever)
      )
      assert.deepStrictEqual(ended, { code: 0, signal: null }, process.stderr())
      return { ...process, peak }
    })
  )
