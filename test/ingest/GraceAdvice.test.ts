import { describe, expect, it } from "vitest"
import { type Arrival, type GraceEvidence, graceAdvice, lateWithin } from "../../src/ingest/GraceAdvice.ts"

const minute = 60_000

/** Hundred orders, the first a second late, the last a hundred. */
const lateMillis = Array.from({ length: 100 }, (_, index) => (index + 1) * 1_000)

const arrivalsEvery = (millis: number, count: number): ReadonlyArray<Arrival> =>
  Array.from({ length: count }, (_, index) => ({ millis: index * millis, bytes: 300 }))

const evidence: GraceEvidence = {
  lateMillis,
  arrivals: arrivalsEvery(50, 10_000),
  presentMillis: 30_000,
  leastMillis: 25_000,
  mostMillis: 55 * minute
}

describe("the grace that would have matched", () => {
  it("is the shortest round one that matches 95 %, and counts for certain what it matches", () => {
    expect(graceAdvice(evidence)).toMatchObject({ kind: "raise", graceMillis: 100_000, matched: 99 })
    const late = [...lateMillis.slice(0, 94), 40_500, 45_900].sort((one, other) => one - other)
    // 95 % of 96 are 92 orders: 90 s; what is 90.000 s late by whole milliseconds may be a part of one later.
    expect(graceAdvice({ ...evidence, lateMillis: late })).toMatchObject({
      graceMillis: 100_000,
      matched: 96
    })
  })

  it("is none where nothing is known of how late orders were", () => {
    expect(graceAdvice({ ...evidence, lateMillis: [] })).toBeUndefined()
  })

  it("is round as a person would set it, and never less than 95 % need", () => {
    const graceFor = (late: number) => graceAdvice({ ...evidence, lateMillis: [late] })?.graceMillis
    expect([41_000, 59_999, 60_000, 61_000, 178_000, 599_999, 601_000].map(graceFor)).toEqual([
      42_000,
      60_000,
      70_000,
      70_000,
      180_000,
      10 * minute,
      11 * minute
    ])
  })

  it("is never shorter than what is safe when a process is killed, nor than the present one", () => {
    const soon = { ...evidence, lateMillis: [-5_000, 0, 2_000] }
    expect(graceAdvice(soon)).toMatchObject({ kind: "keep", graceMillis: 30_000, matched: 3 })
    expect(graceAdvice({ ...soon, presentMillis: 0 })).toMatchObject({ kind: "raise", graceMillis: 25_000 })
  })

  it("is no advice beyond the longest time that a payment can wait: then the letters are redriven", () => {
    const late = [...lateMillis.slice(0, 60), ...lateMillis.slice(60).map(() => 2 * 60 * minute)]
    expect(graceAdvice({ ...evidence, lateMillis: late })).toMatchObject({
      kind: "redrive",
      graceMillis: 55 * minute,
      matched: 60
    })
    const justBelow = graceAdvice({ ...evidence, lateMillis: [55 * minute - 1] })
    expect(justBelow).toMatchObject({ kind: "raise", graceMillis: 55 * minute, matched: 1 })
    expect(graceAdvice({ ...evidence, lateMillis: [55 * minute] })).toMatchObject({
      kind: "redrive",
      matched: 0
    })
  })

  it("takes as many waiting places as were published in the worst time as long, and 60 s more after a kill", () => {
    const advice = graceAdvice({ ...evidence, lateMillis: [179_000] })
    // 20 a second for 180 s.
    expect(advice?.places).toEqual({ payments: 3_600, bytes: 3_600 * 300 })
    expect(advice?.placesAfterKill).toEqual({ payments: 4_800, bytes: 4_800 * 300 })
    const burst = [...arrivalsEvery(60 * minute, 24), ...arrivalsEvery(0, 500)]
    const rare = graceAdvice({ ...evidence, arrivals: burst.sort((one, other) => one.millis - other.millis) })
    expect(rare?.places.payments).toBe(501)
  })

  it("a share is reached at the first order with which it is", () => {
    expect(lateWithin(lateMillis, 0.5)).toBe(50_000)
    expect(lateWithin(lateMillis, 0.95)).toBe(95_000)
    expect(lateWithin([1, 2, 3], 0.5)).toBe(2)
    expect(lateWithin([1, 2, 3], 1)).toBe(3)
    expect(lateWithin([], 0.5)).toBeUndefined()
  })
})
