import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { simulateSeeds } from "./Seeds.ts"
import { simulateSeed } from "./SimulatedSeed.ts"

describe("a simulation under faults", () => {
  // The others are in Simulation.long.test.ts; more with `npm run test:simulate -- --seeds N`.
  simulateSeeds(1, 100)

  // Each once showed something that the others do not: two processes that start together, a dead letter published after
  // that of a later delivery, an order that others overtake, a full limit and a freeze.
  for (const seed of [1083, 2556, 5134, 7061, 7453, 9401, 9639]) simulateSeeds(seed, seed)

  it("gives the same trace for the same seed", async () => {
    for (const seed of [3, 17]) {
      const once = await Effect.runPromise(simulateSeed(seed))
      const again = await Effect.runPromise(simulateSeed(seed))
      assert.strictEqual(again.trace, once.trace)
    }
  })
})
