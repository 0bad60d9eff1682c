import { describe, expect, it } from "vitest"
import { cutTo, joinedTo, widthOf } from "../../src/cli/TextWidth.ts"

describe("the width of text", () => {
  it("is counted as terminals do: wide scripts and emoji take two columns, marks none", () => {
    expect(widthOf("abc")).toBe(3)
    expect(widthOf("日本")).toBe(4)
    expect(widthOf("한")).toBe(2)
    expect(widthOf("e\u0301")).toBe(1)
    expect(widthOf("🙂")).toBe(2)
  })

  it("what is too wide is cut, and says so", () => {
    expect(cutTo("abcdef", 6)).toBe("abcdef")
    expect(cutTo("abcdef", 5)).toBe("abcd…")
    expect(cutTo("日本語", 4)).toBe("日…")
    for (let width = 1; width < 12; width++)
      expect(widthOf(cutTo("日本x🙂語", width))).toBeLessThanOrEqual(width)
  })

  it("parts are joined for as long as they fit, and go on in the next line", () => {
    expect(joinedTo(["one", "two", "three"], 13, "  ")).toEqual(["  one · two", "  three"])
    expect(joinedTo(["one", "two", "three"], Number.POSITIVE_INFINITY, "")).toEqual(["one · two · three"])
    expect(joinedTo(["much too long"], 8, "")).toEqual(["much to…"])
    expect(joinedTo([], 8, "")).toEqual([])
  })
})
