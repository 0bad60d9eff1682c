import { assert, describe, it } from "@effect/vitest"
import { copyExcuse, latenessExcuse, repetitionExcuse } from "./Disturbances.ts"

const cut = { why: "connection cut", from: 40_000, until: 50_000 }

const publishedAt = (publishMillis: number) => ({ publishMillis })

const letterAt = (publishTimeMillis: number) => ({ publishTimeMillis, data: Buffer.of(), attributes: {} })

describe("a disturbance excuses", () => {
  const excusedOf = (times: ReadonlyArray<number>, isExcused: (time: number) => unknown) =>
    times.filter((time) => isExcused(time) !== undefined)

  const copiesExcusedBy = (until: number) =>
    excusedOf([34_999, 35_000, 45_000, until, until + 1, until + 120_000, until + 120_001], (time) =>
      copyExcuse([{ ...cut, until }], publishedAt(1_000), letterAt(time))
    )

  it("a second dead letter after one in it, or so shortly before it that its acknowledgement was lost", () => {
    assert.deepStrictEqual(copiesExcusedBy(49_999), [35_000, 45_000, 49_999])
  })

  it("where it is longer than a lease: a second one, too, of what was given to another meanwhile", () => {
    assert.deepStrictEqual(copiesExcusedBy(50_000), [35_000, 45_000, 50_000, 50_001, 170_000])
  })

  it("no second dead letter of what was published after it", () => {
    const excused = excusedOf([50_000, 50_001], (time) =>
      copyExcuse([cut], publishedAt(time), letterAt(45_000))
    )
    assert.deepStrictEqual(excused, [50_000])
  })

  it("one more delivery of what was published before its end", () => {
    const excused = excusedOf([1, 50_000, 50_001], (time) => repetitionExcuse([cut], publishedAt(time)))
    assert.deepStrictEqual(excused, [1, 50_000])
  })

  it("a dead letter from its beginning until leases have ended, for an order published before its end", () => {
    const excused = excusedOf([39_999, 40_000, 170_000, 170_001], (time) =>
      latenessExcuse([cut], [publishedAt(60_000), publishedAt(50_000)], letterAt(time))
    )
    assert.deepStrictEqual(excused, [40_000, 170_000])
    assert.isUndefined(latenessExcuse([cut], [publishedAt(50_001)], letterAt(60_000)))
  })

  it("nothing where there is none", () => {
    assert.isUndefined(copyExcuse([], publishedAt(1), letterAt(1)))
    assert.isUndefined(repetitionExcuse([], publishedAt(1)))
    assert.isUndefined(latenessExcuse([], [publishedAt(1)], letterAt(1)))
  })
})
