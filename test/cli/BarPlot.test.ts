import { describe, expect, it } from "vitest"
import { barLines, timeline } from "../../src/cli/BarPlot.ts"
import { widthOf } from "../../src/cli/TextWidth.ts"

const bars = [
  { label: "up to 1 s", value: 1, note: "1" },
  { label: "up to 10 s", value: 1_000, note: "1,000" },
  { label: "later", value: 0, note: "0" }
]

describe("a bar plot", () => {
  it("has bars in proportion, and shows whatever is above 0", () => {
    expect(barLines(bars, 32, " ")).toEqual([
      "  up to 1 s  █                 1",
      " up to 10 s  ████████████  1,000",
      "      later                    0"
    ])
  })

  it("fits any width, and needs no more than 60 columns for a bar", () => {
    for (let width = 1; width < 120; width++)
      for (const line of barLines(bars, width, "  ")) expect(widthOf(line)).toBeLessThanOrEqual(width)
    expect(barLines(bars, Number.POSITIVE_INFINITY, "")[1]?.match(/█/g)).toHaveLength(60)
  })
})

describe("a timeline", () => {
  it("shows when something came, and when nothing did", () => {
    const times = [0, 50, 51, 52, 53, 99, 100]
    expect(timeline(times, { from: 0, until: 100 }, 10)).toBe("▂····█···▄")
    expect(timeline([5], { from: 5, until: 5 }, 3)).toBe("█··")
    expect(timeline([5], { from: 0, until: 10 }, Number.POSITIVE_INFINITY)).toHaveLength(60)
  })
})
