import { assert, describe, it } from "@effect/vitest"
import { cpuVerdict, ratiosOf } from "../../bench/comparison/RoundRatios.ts"
import { drained, measuredRound } from "./MeasuredRounds.ts"

describe("RoundRatios", () => {
  it("each ratio is of one round, working tree by commit, in the order of the rounds", () => {
    const rounds = [
      measuredRound("orders", 1, 1.5),
      measuredRound("payments", 0, 3),
      measuredRound("orders", 0, 0.5)
    ]
    const { cpu, rate } = ratiosOf(rounds, "orders")
    assert.deepStrictEqual(cpu.values, [0.5, 1.5])
    assert.deepStrictEqual(rate.values, [0.5, 0.5])
  })

  it("the drains of a round count as one, in processor time and in time", () => {
    const round = {
      ...measuredRound("orders", 0, 1),
      before: [drained(10, 30_000), drained(30, 10_000)],
      after: [drained(22, 15_000), drained(22, 15_000)]
    }
    const { cpu, rate } = ratiosOf([round], "orders")
    assert.deepStrictEqual(cpu.values, [22 / 20])
    assert.closeTo(rate.values[0] ?? 0, 1, 1e-9)
  })

  it("holds when the whole interval is within 1.03, whatever single rounds say", () => {
    assert.strictEqual(cpuVerdict([0.98, 0.99, 1, 1.01, 1.03]), "holds")
    assert.strictEqual(cpuVerdict([1.4, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 0.7]), "holds")
  })

  it("is exceeded when none of the interval is within 1.03", () => {
    assert.strictEqual(cpuVerdict([1.04, 1.05, 1.05, 1.06, 1.07]), "exceeded")
  })

  it("is undecided when the interval has 1.03 in it, on whichever side the median is", () => {
    assert.strictEqual(cpuVerdict([0.98, 0.99, 1, 1.01, 1.04]), "undecided")
    assert.strictEqual(cpuVerdict([1.03, 1.05, 1.05, 1.06, 1.07]), "undecided")
  })

  it("never holds where something could not be measured", () => {
    assert.notStrictEqual(cpuVerdict([1, 1, 1, 1, Number.NaN]), "holds")
    assert.notStrictEqual(cpuVerdict([]), "holds")
  })
})
