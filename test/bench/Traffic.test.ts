import { assert, describe, it } from "@effect/vitest"
import { decodeSamples, encodeSamples } from "../../bench/Samples.ts"
import { isUnmatched, orderOf, paymentOf, unmatchedAmong } from "../../bench/Traffic.ts"

describe("Traffic", () => {
  it("as many payments as said match no order", () => {
    const ids = Array.from({ length: 95 }, (_, index) => index + 7)
    const unmatched = ids.filter((id) => isUnmatched(id, 10))
    assert.strictEqual(unmatchedAmong(7, 95, 10), unmatched.length)
    assert.isTrue(unmatched.every((id) => paymentOf(id, 10).order_id !== orderOf(id).order_id))
    assert.strictEqual(unmatchedAmong(1, 100, 0), 0)
  })
})

describe("Samples", () => {
  it("come back from the file as they were, from any place in memory", () => {
    const sample = { publishedAt: 1.25, receivedAt: 2.5, durableAt: 3.125 }
    const samples = { orders: [sample, { ...sample, durableAt: 9 }], payments: [sample] }
    const shifted = new Uint8Array([0, ...encodeSamples(samples)]).subarray(1)
    assert.deepStrictEqual(decodeSamples(shifted), samples)
  })
})
