/** What an autoscaler reads of Counterfoil's metrics. */
import { type Field, type FieldPath, fieldAt, listAt, textAt } from "./ManifestFile.ts"

/** A metric, or a query on metrics, by which an autoscaler decides. */
export interface ScalerMetric {
  /** Where it is said. */
  readonly path: FieldPath
  /** The series of ours that it names, each once. */
  readonly names: ReadonlyArray<string>
  /** Whether it is PromQL. Else an adapter gives the metric its name, and may have changed it. */
  readonly isQuery: boolean
  /** Whether it has no value, or 0, as long as no process runs. */
  readonly needsProcess: boolean
}

/** What the triggers of a `ScaledObject` read. */
export const metricsOfTriggers = (root: Field): ReadonlyArray<ScalerMetric> =>
  (listAt(root, ["spec", "triggers"]) ?? []).map((trigger, index) => {
    const path = ["spec", "triggers", index]
    const type = textAt(trigger, ["type"]) ?? ""
    const query = type === "prometheus" ? bare(textAt(trigger, ["metadata", "query"]) ?? "") : ""
    const names = namesIn(query)
    return {
      path: query === "" ? path : [...path, "metadata", "query"],
      names,
      isQuery: true,
      needsProcess: ofPods.has(type) || (names.length > 0 && !canStandAlone.test(query))
    }
  })

/** What a `HorizontalPodAutoscaler` reads. */
export const metricsOfPodAutoscaler = (root: Field): ReadonlyArray<ScalerMetric> =>
  (listAt(root, ["spec", "metrics"]) ?? []).map((metric, index) => {
    const path = ["spec", "metrics", index]
    const source = ["pods", "object", "external"].find((field) => fieldAt(metric, [field]) !== undefined)
    const at = source === undefined ? [] : [source, "metric", "name"]
    const names = namesIn(textAt(metric, at) ?? "")
    return {
      path: [...path, ...at],
      names,
      isQuery: false,
      needsProcess: names.length > 0 || ofPods.has((textAt(metric, ["type"]) ?? "").toLowerCase())
    }
  })

/** Are measured on the pods themselves. */
const ofPods: ReadonlySet<string> = new Set(["cpu", "memory", "resource", "containerresource", "pods"])

/** A query that has a value without our series: `absent(…)`, or `… or …`, unless what follows is 0. */
const canStandAlone = /\babsent(?:_over_time)?\b|\bor\b(?!\s*(?:on\s*\(\s*\)\s*)?vector\s*\(\s*0\s*\))/

/** A query without texts, comments and matchers of labels; but a series that is named by `__name__="…"` stays. */
const bare = (query: string): string =>
  query
    .replaceAll(named, " $1 ")
    .replaceAll(textOrComment, " ")
    .replaceAll(/\{[^{}]*\}/g, " ")

const named = /\{[^{}]*?\b__name__\s*=\s*["'`]([^"'`]*)["'`]/g

const textOrComment = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*/g

/** A name with a colon is that of a recording rule. */
const namesIn = (text: string): ReadonlyArray<string> => [
  ...new Set(text.match(/(?<![\w:])counterfoil_\w+(?![\w:])/g) ?? [])
]
