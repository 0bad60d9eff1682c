import { assert, describe, it } from "@effect/vitest"
import { judge } from "../../bench/Thresholds.ts"

const found = (id: string, values: ReadonlyArray<number>) =>
  judge({ ratios: [{ id, title: id, unit: "×", values }], measured: [] })

describe("Thresholds", () => {
  it("processor time is judged by the upper end of the interval, not by the median", () => {
    const [verdict] = found("drain.orders.cpu", [0.7, 0.7, 0.7, 0.7, 0.86])
    assert.deepInclude(verdict, { found: 0.86, holds: false })
  })

  it("throughput is judged by the lower end, its goal by the median", () => {
    const [verdict] = found("drain.payments.rate", [0.96, 1.1, 1.1, 1.1, 1.3])
    assert.deepInclude(verdict, { found: 0.96, holds: true, reachesGoal: false })
  })

  it("what could not be measured does not hold", () => {
    const [verdict] = found("start.allowed", [Number.NaN])
    assert.isFalse(verdict?.holds)
  })

  it("a scenario that did not run is not judged", () => {
    assert.deepStrictEqual(judge({ ratios: [], measured: [] }), [])
  })
})
