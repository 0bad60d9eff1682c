/** Standard error as people read it: log lines, and below them one line that is updated in place. */
import { styleText } from "node:util"
import { Context } from "effect"

/** Between the parts of a live line. */
export const liveSeparator = " · "

/** Colours by their meaning: trouble, a warning, something less important. */
export type Paint = "red" | "yellow" | "dim"

/** Standard error, shared by log lines and the live line so that they do not mix. */
export interface Screen {
  readonly isTerminal: boolean
  /** Writes whole lines above the live line. */
  readonly writeLine: (line: string) => void
  /** Replaces the live line; an empty one removes it. Does nothing where there is no terminal. */
  readonly setLive: (line: string) => void
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
      get columns() {
        return stderr.columns
      },
      write
    })
  }
})

/** A part of a stream that a screen needs. */
export interface ScreenStream {
  readonly isTTY?: boolean
  /** Undefined or 0 where a terminal does not say. */
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** A screen on a stream. */
export const makeScreen = (stream: ScreenStream): Screen => {
  const isTerminal = stream.isTTY === true
  let live = ""
  const draw = () => stream.write(fitted(live, (stream.columns || 80) - 1))
  return {
    isTerminal,
    writeLine: (line) => {
      if (live === "") {
        stream.write(`${line}\n`)
      } else {
        stream.write(`${eraseLine}${line}\n`)
        draw()
      }
    },
    setLive: (line) => {
      if (!isTerminal || line === live) return
      live = line
      stream.write(eraseLine)
      draw()
    },
    painted: (paint, text) => (isTerminal ? styleText(paint, text, { stream: process.stderr }) : text)
  }
}

/** What fits of a line: whole parts of it, where it has parts. */
const fitted = (line: string, width: number): string => {
  if (line.length <= width) return line
  const end = line.lastIndexOf(liveSeparator, width)
  return line.slice(0, end > 0 ? end : width)
}

/** To the first column, and erase the whole line. */
const eraseLine = "\r\u001b[2K"
