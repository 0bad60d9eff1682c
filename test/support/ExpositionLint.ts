/**
 * What Prometheus' own linter says of an exposition, and a rule or two of ours, so that tests need no promtool.
 * The strict reader of expositions holds the rules on HELP, TYPE, `_total` and duplicates.
 *
 * **Source**: `promtool check metrics`, whose rules are those of client_golang, `testutil/promlint`.
 */
import { type Family, parseExposition } from "./Exposition.ts"

/** What is wrong with the text, one sentence each; nothing where all is well. */
export const lintExposition = (text: string): ReadonlyArray<string> =>
  [...parseExposition(text)].flatMap(([name, family]) =>
    rules.flatMap((rule) => {
      const problem = rule(name, family)
      return problem === undefined ? [] : [`${name}: ${problem}`]
    })
  )

type Rule = (name: string, family: Family) => string | undefined

/** What stands in place of a base unit, and the base unit. */
const notBase: Readonly<Record<string, string>> = {
  nanoseconds: "seconds",
  microseconds: "seconds",
  milliseconds: "seconds",
  minutes: "seconds",
  hours: "seconds",
  days: "seconds",
  weeks: "seconds",
  bits: "bytes",
  kilobytes: "bytes",
  megabytes: "bytes",
  gigabytes: "bytes",
  kibibytes: "bytes",
  mebibytes: "bytes",
  percent: "ratio"
}

const abbreviations = ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"]

const types = ["counter", "gauge", "histogram", "summary"]

const labelNames = (family: Family): ReadonlyArray<string> =>
  family.samples.map(({ labels }) =>
    Object.keys(labels)
      .filter((label) => !(family.type === "histogram" && label === "le"))
      .sort()
      .join(",")
  )

const rules: ReadonlyArray<Rule> = [
  (_, { help }) => (help.trim() === "" ? "no help text" : undefined),
  (_, { help }) => (help.endsWith(".") ? undefined : "its help is no sentence"),
  (name) => {
    const unit = name.split("_").find((word) => word in notBase)
    return unit === undefined ? undefined : `use ${notBase[unit]} instead of ${unit}`
  },
  (name, { type }) =>
    type !== "histogram" && /_(bucket|count|sum)$/.test(name)
      ? "ends in what is reserved for histograms"
      : undefined,
  (_, { samples, type }) =>
    type !== "histogram" && samples.some(({ labels }) => "le" in labels || "quantile" in labels)
      ? "has a label that is reserved for histograms and summaries"
      : undefined,
  (name) => (name.split("_").some((word) => types.includes(word)) ? "names its type" : undefined),
  (name) => (/^[a-z][a-z0-9_]*$/.test(name) ? undefined : "is not in snake case"),
  (_, { samples }) =>
    samples.some(({ labels }) => Object.keys(labels).some((label) => !/^[a-z][a-z0-9_]*$/.test(label)))
      ? "has a label that is not in snake case"
      : undefined,
  (name) => (name.split("_").some((word) => abbreviations.includes(word)) ? "abbreviates a unit" : undefined),
  (_, family) => (new Set(labelNames(family)).size > 1 ? "mixes label sets" : undefined)
]
