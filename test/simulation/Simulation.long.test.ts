import { describe } from "vitest"
import { simulateSeeds } from "./Seeds.ts"

describe("a simulation under faults, for longer", () => {
  simulateSeeds(101, 400)
})
