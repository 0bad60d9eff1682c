import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { simulateSeed } from "./SimulatedSeed.ts"

/** Seeds of one test. */
const seedsOfTest = 50

/** About a minute of them; more with `npm run test:simulate -- --seeds N`. */
const seedsInAll = 1_000

describe("a simulation under faults", () => {
  for (let first = 1; first <= seedsInAll; first += seedsOfTest) {
    it(`[G1][G2][G3][G4][G5][G6][G7] loses, mistakes, doubles and misroutes nothing, seeds ${first} to ${first + seedsOfTest - 1}`, async () => {
      for (let seed = first; seed < first + seedsOfTest; seed++) {
        const { report } = await Effect.runPromise(simulateSeed(seed))
        assert.isUndefined(report, report)
      }
    })
  }

  it("gives the same trace for the same seed", async () => {
    for (const seed of [3, 17]) {
      const once = await Effect.runPromise(simulateSeed(seed))
      const again = await Effect.runPromise(simulateSeed(seed))
      assert.strictEqual(again.trace, once.trace)
    }
  })
})
