/** Parts of a report in Markdown. */
import { estimate } from "./Statistics.ts"
import { leastRoundsJudged } from "./Thresholds.ts"

/** A table; all columns but the first are aligned to the right. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n")

/** Three significant digits, or all digits of a thousand and more. */
export const number = (value: number): string =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3)

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

/** The interval of the median and its confidence; dashes where there are too few rounds for one. */
export const intervalCells = (
  values: ReadonlyArray<number>,
  shown: (value: number) => string
): readonly [string, string] => {
  if (values.length < leastRoundsJudged) return ["–", "–"]
  const { low, high, confidence } = estimate(values)
  return [`${shown(low)} – ${shown(high)}`, percent(confidence)]
}

/** Says that a run judges nothing, and why. */
export const notJudgedText = (reasons: ReadonlyArray<string>): string =>
  `**This run judges nothing**: ${reasons.join("; ")}.`
