import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { sections } from "../../src/config/Sections.ts"
import { alertResource, alertRules, alertTests } from "./AlertRules.ts"
import { knownSeries, selectorsOf, unknownIn } from "./Expression.ts"

/** What fails, as the failure table names it. */
const failures = new Set(
  readFileSync(join(import.meta.dirname, "..", "..", "ARCHITECTURE.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split(" | ")[0]?.slice(2))
)

const settings = new Set(
  Object.values(sections).flatMap(({ variables }) => Object.values(variables).map(({ doc }) => doc.name))
)

/** Words in capitals that are no settings. */
const otherWords = ["SIGTERM", "GRANT", "MODIFY", "MAX", "ID", "ARCHITECTURE", "README"]

const named = alertRules.map((rule) => [rule.alert, rule] as const)

describe("the alerts", () => {
  it("are there, each once", () => {
    expect(alertRules.length).toBeGreaterThan(20)
    expect(new Set(named.map(([name]) => name)).size).toBe(alertRules.length)
  })

  it.each(named)("%s names only series, labels and values that a process shows", async (_, { expr }) => {
    expect(unknownIn(expr, await knownSeries)).toEqual([])
  })

  it.each(named)("%s has a grade, and says what it means and what to do", (_, { annotations, labels }) => {
    expect(Object.keys(labels)).toEqual(["severity"])
    expect(["incident", "warning"]).toContain(labels["severity"])
    for (const name of ["summary", "description", "remedy"]) expect(annotations[name]).toMatch(/\S.*[.]/)
    expect(annotations["summary"]?.length).toBeLessThan(140)
  })

  it.each(named)("%s belongs to a row of the failure table, if it names one", (_, { annotations }) => {
    const { failure } = annotations
    if (failure !== undefined) expect(failures).toContain(failure)
  })

  it.each(named)("%s names only settings that there are", (_, { annotations }) => {
    const words = Object.values(annotations).flatMap((text) => text.match(/\b[A-Z]{2,}(_[A-Z]+)*\b/g) ?? [])
    expect(words.filter((word) => !settings.has(word) && !otherWords.includes(word))).toEqual([])
  })
})

describe("the alerts as resources of Kubernetes", () => {
  it.each([
    ["prometheus-operator", "monitoring.coreos.com/v1", "PrometheusRule"],
    ["google-managed-prometheus", "monitoring.googleapis.com/v1", "Rules"]
  ])("of %s are the same (this file, with --update, writes them)", async (component, apiVersion, kind) => {
    await expect(alertResource(apiVersion, kind)).toMatchFileSnapshot(
      `../../deploy/kubernetes/components/${component}/rules.yaml`
    )
  })
})

const alertsIn = (test: (typeof alertTests)[number]): ReadonlyArray<string> =>
  test.promql_expr_test.flatMap(({ exp_samples }) =>
    exp_samples.map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1] ?? "")
  )

const testsOf = (alert: string, verb: string) =>
  alertTests.filter(({ name }) => name.startsWith(`${alert} ${verb}`))

describe("the tests of the alerts", () => {
  it.each(named)("have series that fire %s, and series near to it that do not", (alert, { expr }) => {
    const fires = testsOf(alert, "fires")
    const not = testsOf(alert, "does not fire: ")
    expect(fires.length).toBeGreaterThan(0)
    expect(fires.filter((test) => !alertsIn(test).includes(alert))).toEqual([])
    expect(not.length).toBeGreaterThan(0)
    expect(not.filter((test) => alertsIn(test).includes(alert))).toEqual([])
    // What it reads is there, and is not enough.
    const read = new Set(selectorsOf(expr).map(({ metric }) => metric))
    const given = not.flatMap(({ input_series }) =>
      input_series.map(({ series }) => series.split("{")[0] ?? "")
    )
    expect([...read].filter((metric) => !given.includes(metric))).toEqual([])
  })

  it("ask for every alert that fires, and not for one of them", () => {
    const asked = new Set(
      alertTests.flatMap(({ promql_expr_test }) => promql_expr_test.map(({ expr }) => expr))
    )
    expect([...asked]).toEqual([`group by (alertname, severity) (ALERTS{alertstate="firing"})`])
  })

  it("give only series that a process shows", async () => {
    const known = await knownSeries
    const given = [
      ...new Set(alertTests.flatMap(({ input_series }) => input_series.map(({ series }) => series)))
    ]
    // A build of another version, and numbers of a histogram's boundaries, are as good.
    const foreign = /version="0\.2\.0"/
    expect(given.filter((series) => !foreign.test(series)).flatMap((one) => unknownIn(one, known))).toEqual(
      []
    )
  })
})

describe("the check of expressions", () => {
  it.each([
    ["counterfoil_nothing", "the series counterfoil_nothing"],
    [`counterfoil_part_state{part="fact"}`, `part="fact" of counterfoil_part_state`],
    [
      `sum(rate(counterfoil_fates_total{reason=~"undecodable|worse"}[5m]))`,
      `reason="worse" of counterfoil_fates_total`
    ],
    [`counterfoil_fates_total{why="x"}`, "the label why of counterfoil_fates_total"],
    ["sum by (pod) (counterfoil_build_info)", "the label pod of no series here"]
  ])("finds what is unknown in %s", async (expression, unknown) => {
    expect(unknownIn(expression, await knownSeries)).toEqual([unknown])
  })

  it("throws on what is no PromQL", async () => {
    const known = await knownSeries
    expect(() => unknownIn("sum(counterfoil_build_info", known)).toThrow("no PromQL")
  })
})
