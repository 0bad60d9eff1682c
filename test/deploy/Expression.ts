/** Checks PromQL expressions of alerts and dashboards against the metrics that a running process shows. */
import { parser } from "@prometheus-io/lezer-promql"
import { Effect } from "effect"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { allMetrics } from "../support/AllMetrics.ts"
import { parseExposition } from "../support/Exposition.ts"

/** The values of each label, by the name of a series. */
export type KnownSeries = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

/** Every series that `run` shows, with its labels: what docs/metrics.md is generated from. */
export const knownSeries: Promise<KnownSeries> = Effect.runPromise(
  Metrics.use((metrics) => metrics.prometheus).pipe(Effect.provide(allMetrics))
).then((text) => {
  const known = new Map<string, Map<string, Set<string>>>()
  for (const { samples } of parseExposition(text).values()) {
    for (const { labels, name } of samples) {
      const values = known.get(name) ?? new Map<string, Set<string>>()
      known.set(name, values)
      for (const [label, value] of Object.entries(labels)) {
        values.set(label, (values.get(label) ?? new Set()).add(value))
      }
    }
  }
  return known
})

/** One series that an expression reads. */
export interface Selector {
  readonly metric: string
  readonly matchers: ReadonlyArray<{
    readonly label: string
    readonly operator: string
    readonly value: string
  }>
}

/** What an expression reads. **Errors**: throws where it is no PromQL. */
export const selectorsOf = (expression: string): ReadonlyArray<Selector> => {
  const selectors: Array<{ metric: string; matchers: Array<Selector["matchers"][number]> }> = []
  parser.parse(expression).iterate({
    enter: ({ from, name, node, to, type }) => {
      const text = expression.slice(from, to)
      if (type.isError) throw new Error(`no PromQL at character ${from}: ${expression}`)
      if (name === "VectorSelector") {
        const metric = node.getChild("Identifier")
        selectors.push({
          metric: metric === null ? "" : expression.slice(metric.from, metric.to),
          matchers: []
        })
      }
      if (name === "UnquotedLabelMatcher") selectors.at(-1)?.matchers.push(matcherOf(text))
    }
  })
  return selectors
}

/** The labels that an expression groups, joins or sums by. */
export const groupingsOf = (expression: string): ReadonlyArray<string> => {
  const labels: Array<string> = []
  parser.parse(expression).iterate({
    enter: ({ from, name, node, to }) => {
      if (name === "LabelName" && node.parent?.name === "GroupingLabels")
        labels.push(expression.slice(from, to))
    }
  })
  return labels
}

const matcherOf = (text: string): Selector["matchers"][number] => {
  const [, label = "", operator = "", value = ""] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/s.exec(text) ?? []
  return { label, operator, value }
}

/** Labels that the scraper adds, and the one of histograms. */
const foreignLabels = new Set(["namespace", "job", "instance", "le"])

/**
 * What an expression names that no process shows: a series, one of its labels, or a value of that.
 *
 * **Shape**: variables of Grafana (`$instance`) may stand where a value stands. **Errors**: throws where it is no PromQL.
 */
export const unknownIn = (expression: string, known: KnownSeries): ReadonlyArray<string> => {
  const selectors = selectorsOf(expression)
  const labels = new Set(selectors.flatMap(({ metric }) => [...(known.get(metric)?.keys() ?? [])]))
  return [
    ...selectors.flatMap((selector) => unknownOf(selector, known)),
    ...groupingsOf(expression).flatMap((label) =>
      foreignLabels.has(label) || labels.has(label) ? [] : [`the label ${label} of no series here`]
    )
  ]
}

const unknownOf = ({ matchers, metric }: Selector, known: KnownSeries): ReadonlyArray<string> => {
  const labels = known.get(metric)
  if (labels === undefined) return [`the series ${metric}`]
  return matchers.flatMap(({ label, operator, value }) => {
    if (foreignLabels.has(label)) return []
    const values = labels.get(label)
    if (values === undefined) return [`the label ${label} of ${metric}`]
    const named = operator.includes("~") ? value.split("|") : [value]
    return named.flatMap((one) => (values.has(one) ? [] : [`${label}="${one}" of ${metric}`]))
  })
}
