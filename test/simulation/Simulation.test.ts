import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { simulateSeeds } from "./Seeds.ts"
import { simulateSeed } from "./SimulatedSeed.ts"

describe("a simulation under faults", () => {
  // The others are in Simulation.long.test.ts; more with `npm run test:simulate -- --seeds N`.
  simulateSeeds(1, 100)

  it("gives the same trace for the same seed", async () => {
    for (const seed of [3, 17]) {
      const once = await Effect.runPromise(simulateSeed(seed))
      const again = await Effect.runPromise(simulateSeed(seed))
      assert.strictEqual(again.trace, once.trace)
    }
  })
})
