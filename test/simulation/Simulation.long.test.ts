import { describe } from "vitest"
import { simulateSeeds } from "./Seeds.ts"

describe("a simulation under faults, for longer", () => {
  // With those of Simulation.test.ts the 1,000 that the mutants count on (test/mutants/Mutant.ts).
  simulateSeeds(201, 1_000)
})
