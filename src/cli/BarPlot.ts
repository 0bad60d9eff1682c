/** Small plots for a terminal, in block characters of one column each. */
import { cutTo, widthOf } from "./TextWidth.ts"

/** A row of a bar plot. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** What stands to the right of the bar. */
  readonly note: string
}

/**
 * A bar for each row, the longest as long as there is room for; whatever is above 0 shows.
 *
 * **Guarantee**: no line is wider than `width`, the indent included. **Shape**: labels and notes have no control characters.
 */
export const barLines = (bars: ReadonlyArray<Bar>, width: number, indent: string): ReadonlyArray<string> => {
  const labelWidth = widest(bars.map(({ label }) => label))
  const noteWidth = widest(bars.map(({ note }) => note))
  const room = Math.min(longestBar, width - widthOf(indent) - labelWidth - noteWidth - 4)
  const most = Math.max(...bars.map(({ value }) => value))
  return bars.map(({ label, note, value }) => {
    const length = room < 1 || value === 0 ? 0 : Math.max(1, Math.round((value / most) * room))
    const bar = room < 1 ? "" : `${"█".repeat(length).padEnd(room)}  `
    return cutTo(`${indent}${label.padStart(labelWidth)}  ${bar}${note.padStart(noteWidth)}`, width)
  })
}

/**
 * How often something happened in equal parts of a time, a column each; `·` where it did not.
 *
 * **Shape**: `times` lie between `from` and `until`.
 */
export const timeline = (
  times: ReadonlyArray<number>,
  { from, until }: { readonly from: number; readonly until: number },
  columns: number
): string => {
  const counts = new Array<number>(Math.max(1, Math.min(columns, longestBar))).fill(0)
  const part = Math.max(1, until - from) / counts.length
  for (const time of times) {
    const column = Math.min(counts.length - 1, Math.floor((time - from) / part))
    counts[column] = (counts[column] ?? 0) + 1
  }
  const most = Math.max(...counts)
  return counts
    .map((count) => (count === 0 ? "·" : (levels[Math.ceil((count / most) * levels.length) - 1] ?? "·")))
    .join("")
}

/** Longer ones tell no more. **Units**: columns. */
const longestBar = 60

const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

const widest = (texts: ReadonlyArray<string>): number => Math.max(0, ...texts.map(widthOf))
