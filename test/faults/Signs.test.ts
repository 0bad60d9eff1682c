import { describe, expect, it } from "vitest"
import { allChecks } from "../../src/checks/AllChecks.ts"
import { alertRules } from "../deploy/AlertRules.ts"
import { scenarios } from "./Scenarios.ts"

const signs = scenarios.flatMap(({ name, signs }) => ("nothingToTell" in signs ? [] : [{ name, signs }]))

describe("The signs of fault scenarios", () => {
  it("are at least one of each fault that somebody has to see", () => {
    const without = signs.filter(({ signs }) => Object.keys(signs).length === 0)
    expect(without).toEqual([])
  })

  it("name checks that doctor makes", () => {
    const codes = new Set<string>(allChecks.map(({ code }) => code))
    expect(signs.filter(({ signs: { doctor } }) => doctor !== undefined && !codes.has(doctor))).toEqual([])
  })

  it("name alerts that are shipped", () => {
    const unknown = signs.filter(
      ({ signs: { alert } }) => alert !== undefined && !alertRules.some((rule) => alert.test(rule.alert))
    )
    expect(unknown).toEqual([])
  })
})
