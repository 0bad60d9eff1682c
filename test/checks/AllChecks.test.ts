import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { allChecks } from "../../src/checks/AllChecks.ts"
import type { CheckResult } from "../../src/checks/Check.ts"
import { chosen, selection } from "../../src/checks/Selection.ts"

describe("all checks", () => {
  it("have codes of their own, which say their subject, and are told in their order", () => {
    const codes = allChecks.map(({ code }) => code)
    assert.strictEqual(new Set(codes).size, codes.length)
    const groups = new Map(allChecks.map(({ code, group }) => [code.slice(0, 4), group]))
    assert.deepStrictEqual(Object.fromEntries(groups), {
      "CF-1": "cassandra",
      "CF-2": "cassandra",
      "CF-3": "cassandra",
      "CF-4": "cassandra",
      "CF-5": "configuration",
      "CF-6": "pubsub",
      "CF-7": "limits",
      "CF-8": "manifests",
      "CF-9": "live"
    })
    for (const group of new Set(groups.values())) {
      const ofGroup = allChecks.filter((check) => check.group === group).map(({ code }) => code)
      assert.deepStrictEqual(ofGroup, ofGroup.toSorted())
    }
  })

  it("are chosen by code and by group, in any case, and by nothing else", () => {
    const codesOf = (text: string) => allChecks.filter(Option.getOrThrow(selection.parse(text)))
    assert.deepStrictEqual(
      codesOf("cf-206, CF-701").map(({ code }) => code),
      ["CF-206", "CF-701"]
    )
    assert.deepStrictEqual([...new Set(codesOf("PubSub").map(({ group }) => group))], ["pubsub"])
    for (const text of ["CF-999", "", "pubsub,", "pub sub"])
      assert.isTrue(Option.isNone(selection.parse(text)))
  })

  it("that are chosen and were skipped bring what they were skipped for", () => {
    const result = (code: `CF-${number}`, outcome: CheckResult["outcome"]): CheckResult => ({
      code,
      group: "cassandra",
      title: "it is so",
      outcome
    })
    const results = [
      result("CF-105", { _tag: "Found", findings: [] }),
      result("CF-201", { _tag: "Skipped", because: "CF-105" }),
      result("CF-202", { _tag: "Skipped", because: "CF-201" }),
      result("CF-301", { _tag: "Passed" })
    ]
    const codes = chosen(results, ({ code }) => code === "CF-202").map(({ code }) => code)
    assert.deepStrictEqual(codes, ["CF-105", "CF-201", "CF-202"])
  })
})
