/** What was lately, as plots; and beside each the same as a sentence and a small table, which every reader can read. */
import { clockText, durationText, numberText } from "./Words.js"

/** @typedef {import("./Recording.js").Recording} Recording */

/** @typedef {(value: number | null) => string} Written */

/**
 * @typedef {{
 *   id: string, title: string, written: Written, series: ReadonlyArray<{ column: string, name: string }>
 * }} PlotPlan
 */

/** @type {ReadonlyArray<PlotPlan>} */
export const plotPlans = [
  {
    id: "plot-flow",
    title: "Stored and matched, a second",
    written: (value) => `${numberText(value, 1)}/s`,
    series: [
      { column: "storedPerSecond", name: "orders stored" },
      { column: "matchedPerSecond", name: "payments matched" }
    ]
  },
  {
    id: "plot-behind",
    title: "How far behind",
    written: durationText,
    series: [
      { column: "behindSeconds", name: "orders watermark" },
      { column: "orders.oldestSeconds", name: "oldest order" }
    ]
  },
  {
    id: "plot-waiting",
    title: "Payments in the waiting room",
    written: (value) => numberText(value),
    series: [{ column: "payments.waiting", name: "payments waiting" }]
  },
  {
    id: "plot-p99",
    title: "Receipt to durable, 99th percentile",
    written: durationText,
    series: [{ column: "durableP99Seconds", name: "p99" }]
  }
]

/**
 * The points of a plot up to a moment: times in seconds, then the values of each series.
 *
 * @param {Recording} recording
 * @param {number} at
 * @param {PlotPlan} plan
 */
export const pointsOf = ({ columns, frames }, at, { series }) => {
  const shown = frames.slice(0, at + 1)
  const times = shown.map(({ t }) => t / 1000)
  const values = series.map(({ column }) => {
    const index = columns.indexOf(column)
    return shown.map(({ v }) => v[index] ?? null)
  })
  return [times, ...values]
}

/**
 * What a plot shows, in a sentence a series, and in twelve rows at most.
 *
 * @param {Recording} recording
 * @param {number} at
 * @param {PlotPlan} plan
 */
export const plotText = (recording, at, plan) => {
  const [times = [], ...values] = pointsOf(recording, at, plan)
  const step = Math.max(1, Math.ceil(times.length / 12))
  const rows = []
  for (let index = times.length - 1; index >= 0; index -= step) {
    const cells = values.map((series) => plan.written(series[index] ?? null))
    rows.unshift([clockText((times[index] ?? 0) * 1000), ...cells])
  }
  const sentence = plan.series
    .map(({ name }, index) => seriesText(name, times, values[index] ?? [], plan.written))
    .join(" ")
  return { sentence, rows }
}

/**
 * @param {string} name
 * @param {ReadonlyArray<number | null>} times
 * @param {ReadonlyArray<number | null>} values
 * @param {Written} written
 */
const seriesText = (name, times, values, written) => {
  const now = values.at(-1) ?? null
  let most = -1
  for (const [index, value] of values.entries()) {
    if (value !== null && (most < 0 || value > (values[most] ?? 0))) most = index
  }
  if (most < 0) return `${firstUpper(name)}: nothing known yet.`
  const known = values.slice(-60).filter((value) => value !== null)
  const first = known[0] ?? 0
  const last = known.at(-1) ?? 0
  const span = Math.max(Math.abs(first), Math.abs(last))
  const trend = Math.abs(last - first) <= span * 0.1 ? "steady" : last > first ? "rising" : "falling"
  return `${firstUpper(name)}: ${trend}, ${written(now)} now, most ${written(values[most] ?? null)} at ${clockText((times[most] ?? 0) * 1000)}.`
}

/** @param {string} text */
const firstUpper = (text) => text.charAt(0).toUpperCase() + text.slice(1)
