import { assert, describe, it } from "vitest"
import type { SeedRange } from "./SeedWorker.ts"
import { simulateRanges } from "./SeedWorkers.ts"

const ranges = [1, 4, 7].map((first): SeedRange => ({ first, last: first + 2 }))

describe("simulateRanges", () => {
  it("simulates every range once, whatever thread takes it", async () => {
    const seen: Array<number> = []
    await simulateRanges(ranges, 2, ({ first }, { reports }) => {
      seen.push(first)
      return reports.length === 0
    })
    assert.deepStrictEqual(
      seen.toSorted((one, other) => one - other),
      [1, 4, 7]
    )
  })

  it("ends when it is told to, without the ranges that are left", async () => {
    const seen: Array<number> = []
    await simulateRanges(ranges, 1, ({ first }) => {
      seen.push(first)
      return false
    })
    assert.deepStrictEqual(seen, [1])
  })
})
