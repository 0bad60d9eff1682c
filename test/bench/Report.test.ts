import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { comparisonText } from "../../bench/comparison/ComparisonText.ts"
import { cpuVerdict, ratiosOf } from "../../bench/comparison/RoundRatios.ts"
import { machine } from "../../bench/Machine.ts"
import { quick } from "../../bench/Plan.ts"
import { writeReport } from "../../bench/Report.ts"
import { judge } from "../../bench/Thresholds.ts"
import { measuredRound } from "./MeasuredRounds.ts"

const scenarioReport = (values: ReadonlyArray<number>, notJudged: ReadonlyArray<string>) => {
  const ratios = [{ id: "drain.orders.cpu", title: "a ratio", unit: "×", values }]
  const findings = { measured: [], ratios }
  const folder = mkdtempSync(join(tmpdir(), "bench-"))
  const verdicts = notJudged.length > 0 ? [] : judge(findings)
  const run = { startedAt: "", minutes: 1, time: {}, machine: machine("5.0.8"), amounts: quick }
  writeReport(folder, { ...run, findings, notJudged, verdicts })
  return readFileSync(join(folder, "results.md"), "utf8")
}

describe("Report", () => {
  it("a run that is too small shows numbers and why they are not judged: no limit, no verdict, no interval", () => {
    const text = scenarioReport([0.712], ["one round"])
    assert.include(text, "**This run judges nothing**: one round.")
    assert.include(text, "| a ratio | 1 | 0.712 | – | – | 0.712 |")
    assert.notInclude(text, "must be")
    assert.notInclude(text, "What must hold")
  })

  it("a run that is large enough shows limits, verdicts and intervals", () => {
    const text = scenarioReport([0.7, 0.7, 0.7, 0.7, 0.86], [])
    assert.notInclude(text, "judges nothing")
    assert.include(text, "| at most 0.850 | 0.860 | **no** |")
    assert.include(text, "| 0.700 – 0.860 | 94 % |")
  })
})

const comparisonReport = (cpuRatios: ReadonlyArray<number>, notJudged: ReadonlyArray<string>, tree = "b") => {
  const rounds = cpuRatios.map((ratio, round) => measuredRound("orders", round, ratio))
  const ratios = [ratiosOf(rounds, "orders")]
  const verdicts = notJudged.length > 0 ? [] : ratios.map(({ cpu }) => cpuVerdict(cpu.values))
  const sides = { before: { name: "abc1234", tree: "a" }, after: { name: "working tree", tree } }
  return comparisonText({
    ...sides,
    messages: 60_000,
    machine: machine("5.0.8"),
    rounds,
    ratios,
    notJudged,
    verdicts
  })
}

describe("ComparisonText", () => {
  it("a comparison that is large enough has a verdict on processor time, and none on throughput", () => {
    const text = comparisonReport([0.98, 0.99, 1, 1.01, 1.02], [])
    assert.include(text, "| orders: processor time per message | 5 | 1.000 | 0.980 – 1.020 | 94 % | holds |")
    assert.include(text, "| orders: messages a second | 5 | 0.500 | 0.500 – 0.500 | 94 % |  |")
  })

  it("a comparison that is too small has numbers and no verdict", () => {
    const text = comparisonReport([0.5, 0.5], ["two rounds"])
    assert.include(text, "**This run judges nothing**: two rounds.")
    assert.include(text, "| orders: processor time per message | 2 | 0.500 | – | – |  |")
    assert.notMatch(text, /holds|exceeded|undecided|must be/)
  })

  it("each round shows the order of its drains", () => {
    const text = comparisonReport([1, 1], ["two rounds"])
    assert.include(text, "| 1: A B B A |")
    assert.include(text, "| 2: B A A B |")
  })

  it("says so when a commit is compared with itself", () => {
    assert.include(comparisonReport([1], ["one round"], "a"), "what differs is noise")
    assert.notInclude(comparisonReport([1], ["one round"]), "what differs is noise")
  })
})
