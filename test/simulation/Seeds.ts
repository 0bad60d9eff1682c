/** Registers the simulation of seeds as tests. */
import { Effect } from "effect"
import { assert, it } from "vitest"
import { simulateSeed } from "./SimulatedSeed.ts"

/** Registers the seeds `first` to `last`, as many to a test as take a few seconds. */
export const simulateSeeds = (first: number, last: number): void => {
  for (let from = first; from <= last; from += seedsOfTest) {
    const to = Math.min(from + seedsOfTest - 1, last)
    it(`[G1][G2][G3][G4][G5][G6][G7] loses, mistakes, doubles and misroutes nothing, seeds ${from} to ${to}`, async () => {
      for (let seed = from; seed <= to; seed++) {
        const { report } = await Effect.runPromise(simulateSeed(seed))
        assert.isUndefined(report, report)
      }
    })
  }
}

const seedsOfTest = 25
