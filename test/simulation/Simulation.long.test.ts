import { describe } from "vitest"
import { simulateSeeds } from "./Seeds.ts"

describe("a simulation under faults, for longer", () => {
  // Seed 289 is an open fault of G5 (docs/decisions/0015-simulated-processes.md): on to 400 once it is mended.
  simulateSeeds(101, 400)
})
