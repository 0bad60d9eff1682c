/** Standard error as people read it: log lines, and below them a few lines that are updated in place. */
import { styleText } from "node:util"
import { Context } from "effect"
import { canRedrawTerminal } from "../config/Environment.ts"
import { cutTo, widthOf } from "./TextWidth.ts"

/** Between the parts of a live line. */
export const liveSeparator = " · "

/** Colours by their meaning: trouble, a warning, something less important. */
export type Paint = "red" | "yellow" | "dim"

/** Standard error, shared by log lines and the live lines so that they do not mix. */
export interface Screen {
  readonly isTerminal: boolean
  /** Whether what was drawn can be drawn anew in its place: not where there is no terminal, or it is a plain one. */
  readonly canRedraw: boolean
  /** Columns in which a line fits. */
  readonly columns: () => number
  /** Writes whole lines above the live lines. */
  readonly writeLine: (line: string) => void
  /** Replaces the live lines; an empty text removes them. Does nothing where it cannot redraw. `paint`: of the first one. */
  readonly setLive: (text: string, paint?: Paint) => void
  /** Colours a text on a terminal, unless NO_COLOR is set. */
  readonly painted: (paint: Paint, text: string) => string
}

/** Standard error of this process; tests put another one here. */
export const Screen = Context.Reference<Screen>("counterfoil/cli/Screen", {
  defaultValue: () => {
    const { stderr } = process
    // As it is now: what others write there is captured later.
    const write = stderr.write.bind(stderr)
    return makeScreen({
      isTTY: stderr.isTTY,
      canRedraw: canRedrawTerminal(),
      get columns() {
        return stderr.columns
      },
      get rows() {
        return stderr.rows
      },
      write
    })
  }
})

/** A part of a stream that a screen needs. */
export interface ScreenStream {
  readonly isTTY?: boolean
  /** Left out: it can. */
  readonly canRedraw?: boolean
  /** Undefined or 0 where a terminal does not say. */
  readonly rows?: number
  /** Undefined or 0 where a terminal does not say. */
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** A screen on a stream. */
export const makeScreen = (stream: ScreenStream): Screen => {
  const isTerminal = stream.isTTY === true
  const canRedraw = isTerminal && stream.canRedraw !== false
  const columns = () => (stream.columns || 80) - 1
  const painted = (paint: Paint, text: string) =>
    isTerminal ? styleText(paint, text, { stream: process.stderr }) : text
  let live = ""
  let livePaint: Paint | undefined
  /** What stands there now, line by line, without colours. */
  let drawn: ReadonlyArray<string> = []
  const draw = () => {
    const lines = live.split("\n")
    // All of them have to be on the screen to be erased.
    drawn = lines.slice(0, Math.max(1, (stream.rows || 24) - 1)).map((line) => fitted(line, columns()))
    const [first = "", ...others] = drawn
    const shown = livePaint === undefined || first === "" ? first : painted(livePaint, first)
    stream.write([shown, ...others].join("\n"))
  }
  const erase = () => {
    // A terminal that became narrower since has broken what was drawn into more rows.
    const width = columns() + 1
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / width)), 0)
    return rows <= 1 ? eraseLine : `\r\u001b[${rows - 1}A\u001b[0J`
  }
  return {
    isTerminal,
    canRedraw,
    columns,
    writeLine: (line) => {
      if (live === "") {
        stream.write(`${line}\n`)
      } else {
        stream.write(`${erase()}${line}\n`)
        draw()
      }
    },
    setLive: (text, paint) => {
      if (!canRedraw || (text === live && paint === livePaint)) return
      const erased = erase()
      live = text
      livePaint = paint
      stream.write(erased)
      draw()
    },
    painted
  }
}

/** What fits of a line: whole parts of it, where it has parts. */
const fitted = (line: string, width: number): string => {
  if (widthOf(line) <= width) return line
  const end = line.lastIndexOf(liveSeparator, width)
  return end > 0 && widthOf(line.slice(0, end)) <= width ? line.slice(0, end) : cutTo(line, width)
}

/** To the first column, and erase the whole line. */
const eraseLine = "\r\u001b[2K"
