import { assert, describe, it } from "@effect/vitest"
import { type ComparisonOptions, parseOptions, type ScenarioOptions } from "../../bench/Options.ts"
import { comparisonNotJudged, scenariosNotJudged } from "../../bench/RunSize.ts"

const reasonsFor = (...args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const options: ScenarioOptions | ComparisonOptions = parseOptions(args)
  return options._tag === "Scenarios" ? scenariosNotJudged(options) : comparisonNotJudged(options)
}

describe("RunSize", () => {
  it("a full run is judged, and so is one of five rounds", () => {
    assert.deepStrictEqual(reasonsFor(), [])
    assert.deepStrictEqual(reasonsFor("--only", "drain", "--rounds", "5"), [])
    assert.deepStrictEqual(reasonsFor("--against", "HEAD"), [])
    assert.deepStrictEqual(reasonsFor("--against", "HEAD", "--rounds", "5"), [])
  })

  it.each([
    ["--quick"],
    ["--quick", "--rounds", "9"],
    ["--self"],
    ["--rounds", "4"],
    ["--messages", "60000"],
    ["--profile", "profiles"],
    ["--against", "HEAD", "--quick"],
    ["--against", "HEAD", "--rounds", "4"],
    ["--against", "HEAD", "--messages", "39999"]
  ])("a run that is too small, or slowed down, is not judged, and says why: %s %s %s %s", (...args) => {
    assert.isNotEmpty(reasonsFor(...args))
  })

  it("every reason is said", () => {
    assert.lengthOf(reasonsFor("--against", "HEAD", "--rounds", "1", "--messages", "100"), 2)
  })
})
