import { describe } from "vitest"
import { simulateSeeds } from "./Seeds.ts"

describe("a simulation under faults, for longer", () => {
  // With those of Simulation.test.ts the 1,000 that the breakages count on (test/breakages/Breakage.ts).
  simulateSeeds(201, 1_000)
})
