import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { alertRules } from "./AlertRules.ts"
import { knownSeries, selectorsOf, unknownIn } from "./Expression.ts"

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly description?: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly targets?: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
}

interface Variable {
  readonly name: string
  readonly multi?: boolean
  readonly includeAll?: boolean
  readonly definition?: string
}

const file = join(import.meta.dirname, "..", "..", "deploy", "grafana", "counterfoil.json")
const dashboard: {
  readonly panels: ReadonlyArray<Panel>
  readonly templating: { readonly list: ReadonlyArray<Variable> }
} = JSON.parse(readFileSync(file, "utf8"))

const { panels } = dashboard
const queries = panels.flatMap(({ targets = [], title }) =>
  targets.map(({ expr }) => [title, expr.replaceAll("$__rate_interval", "5m")] as const)
)

describe("the dashboard", () => {
  it("has panels, and queries in all but the headings", () => {
    expect(panels.length).toBeGreaterThan(20)
    expect(panels.filter(({ targets, type }) => type !== "row" && !targets?.length)).toEqual([])
    expect(panels.filter(({ description, type }) => type !== "row" && !description)).toEqual([])
  })

  it.each(queries)("%s: names only series, labels and values that a process shows: %s", async (_, expr) => {
    expect(unknownIn(expr, await knownSeries)).toEqual([])
  })

  it.each(queries)("%s: is of the processes that are chosen, however many: %s", (_, expr) => {
    for (const { matchers } of selectorsOf(expr)) {
      expect(matchers.map(({ label, operator, value }) => `${label}${operator}${value}`)).toEqual(
        expect.arrayContaining(["job=~$job", "instance=~$instance"])
      )
    }
    // A series of each process that is not summed up is shown once for each of its labels.
    expect(expr).toMatch(/\b(sum|max|min|count)\b/)
  })

  it("lets several processes be chosen", () => {
    expect(dashboard.templating.list.find(({ name }) => name === "instance")).toMatchObject({
      multi: true,
      includeAll: true
    })
  })

  it("names only series in its variables that a process shows", async () => {
    const known = await knownSeries
    const named = dashboard.templating.list.flatMap(
      ({ definition = "" }) => /^label_values\((\w+)/.exec(definition)?.[1] ?? []
    )
    expect(named.length).toBe(2)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it("shows every metric that an alert is about", () => {
    const metricsIn = (expressions: ReadonlyArray<string>) =>
      new Set(expressions.flatMap((expression) => selectorsOf(expression).map(({ metric }) => metric)))
    const shown = metricsIn(queries.map(([, expr]) => expr))
    const alerted = metricsIn(alertRules.map(({ expr }) => expr))
    expect([...alerted].filter((metric) => !shown.has(metric))).toEqual([])
  })

  it("shows what an autoscaler may read, and which limit it comes from", () => {
    const shown = queries.flatMap(([, expr]) => selectorsOf(expr).map(({ metric }) => metric))
    expect(shown).toEqual(
      expect.arrayContaining(["counterfoil_saturation_ratio", "counterfoil_limit_used_ratio"])
    )
  })

  it("has an id and a place of its own for each panel", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const places = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`)
    )
    expect(new Set(places).size).toBe(places.length)
    expect(places.filter((place) => Number(place.split(",")[0]) >= 24)).toEqual([])
  })
})
