import { assert, describe, it } from "@effect/vitest"
import { p99Over, type RateSample, rateOver, ratesOf } from "./Rates.ts"

const sample = (at: number, fates: number, fast: number, slow: number): RateSample => ({
  at,
  fates,
  durable: [
    [0.1, fast],
    [1, fast + slow],
    [Number.POSITIVE_INFINITY, fast + slow]
  ]
})

const looks = [sample(0, 0, 500, 500), sample(1_000, 300, 800, 500), sample(3_000, 400, 890, 510)]

describe("the rates of a processor", () => {
  it("are what got its fate from look to look, and over all looks", () => {
    assert.deepStrictEqual(ratesOf(looks), [
      { seconds: 1, rate: 300 },
      { seconds: 2, rate: 50 }
    ])
    assert.strictEqual(rateOver(looks), 400 / 3)
    assert.strictEqual(rateOver(looks.slice(0, 1)), 0)
  })

  it("have a 99th percentile of what came between the first look and the last, not of what was before", () => {
    assert.strictEqual(p99Over(looks.slice(0, 2)), 0.1)
    assert.strictEqual(p99Over(looks), 1)
  })
})
