import { assert, describe, it } from "@effect/vitest"
import { estimate, median, percentile } from "../../bench/Statistics.ts"

describe("Statistics", () => {
  it("the median is the middle value, or the mean of the two middle ones", () => {
    assert.strictEqual(median([9, 1, 5]), 5)
    assert.strictEqual(median([9, 1, 5, 7]), 6)
  })

  it("a percentile is a value that occurred", () => {
    const values = Array.from({ length: 200 }, (_, index) => index + 1)
    assert.strictEqual(percentile(values, 0.99), 198)
    assert.strictEqual(percentile(values, 0.5), 100)
  })

  it("five rounds give their whole range with 93.75 % confidence", () => {
    const { low, high, confidence } = estimate([3, 1, 4, 5, 2])
    assert.deepStrictEqual([low, high, confidence], [1, 5, 0.9375])
  })

  it("eight rounds leave one outlier aside at each end", () => {
    const { median, low, high, confidence } = estimate([100, 2, 3, 4, 5, 6, 7, 0.001])
    assert.deepStrictEqual([median, low, high], [4.5, 2, 7])
    assert.closeTo(confidence, 1 - 18 / 256, 1e-12)
  })

  it("fewer than five rounds say that they are not sure", () => {
    assert.isBelow(estimate([1, 2, 3, 4]).confidence, 0.9)
    assert.strictEqual(estimate([1]).confidence, 0)
  })
})
