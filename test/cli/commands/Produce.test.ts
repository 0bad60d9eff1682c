import { describe, expect, it } from "vitest"
import { summary } from "../../../src/cli/commands/Produce.ts"
import { noTraffic } from "../../../src/sample/Traffic.ts"

const totals = {
  published: { orders: 0, payments: 500 },
  expected: { ...noTraffic.expected, "payment-matched": 480, "dead-lettered(unmatched-payment)": 20 }
}

describe("what produce says", () => {
  it("of payments alone, promises a match only where their orders are stored", () => {
    expect(summary("payments", totals).split("\n")).toEqual([
      "published 0 orders · 500 payments",
      "         480  to be payment-matched, where their orders are stored",
      "          20  to be dead-lettered(unmatched-payment)"
    ])
  })

  it("of both, that they match", () => {
    expect(summary("all", totals)).toMatch(/480 {2}to be payment-matched$/m)
  })
})
