import { describe, expect, it } from "vitest"
import { verdictsText, withinWords } from "../../../src/cli/commands/DlqWords.ts"

describe("words on dead letters", () => {
  it("a time within which something was is never less than it was", () => {
    const said = [1, 999.2, 1_000, 41_000, 41_001, 119_999, 120_000, 177_500, 3_599_999, 3_600_000, 3_660_001]
    expect(said.map(withinWords)).toEqual([
      ...["1 ms", "1000 ms", "1 s", "41 s", "42 s", "120 s"],
      ...["2 min", "2 min 58 s", "60 min", "1 h", "1 h 2 min"]
    ])
    expect(withinWords(3 * 86_400_000 + 1)).toBe("3 days 1 h")
  })

  it("what would go through is said first, whatever was read first", () => {
    const counts = new Map([
      ["unknown", 3],
      ["stays(unmatched-payment)", 50],
      ["payment-matched", 29]
    ])
    expect(verdictsText(counts)).toBe("29 would match, 50 still have no order, 3 verdict unknown")
  })
})
