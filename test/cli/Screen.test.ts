import { describe, expect, it } from "@effect/vitest"
import { makeScreen } from "../../src/cli/Screen.ts"
import { PlainTerminal } from "../support/PlainTerminal.ts"
import { SeededRandom } from "../support/SeededRandom.ts"

/** A screen on a terminal of this size. */
const screenOf = (columns: number, rows = 24, canRedraw = true) => {
  const terminal = new PlainTerminal(columns)
  const stream = { isTTY: true, canRedraw, columns, rows, write: (text: string) => terminal.write(text) }
  return { screen: makeScreen(stream), terminal, stream }
}

describe("a screen with several live lines", () => {
  it("draws them in their place, below the log, and takes them away", () => {
    const { screen, terminal } = screenOf(20)
    screen.setLive("one\ntwo\nthree")
    screen.writeLine("a log line")
    expect(terminal.lines()).toEqual(["a log line", "one", "two", "three"])
    screen.setLive("four")
    expect(terminal.lines()).toEqual(["a log line", "four"])
    screen.setLive("")
    screen.writeLine("the last line")
    expect(terminal.lines()).toEqual(["a log line", "the last line"])
  })

  it("damages no log line, however both change", () => {
    const random = new SeededRandom(11)
    const { screen, terminal } = screenOf(30)
    const lines: Array<string> = []
    let live: ReadonlyArray<string> = []
    for (let step = 0; step < 500; step++) {
      if (random.next() < 0.5) {
        live = Array.from({ length: Math.floor(random.next() * 5) }, (_, n) => `live ${step} ${n}`)
        screen.setLive(live.join("\n"))
      } else {
        lines.push(`log line ${step}`)
        screen.writeLine(`log line ${step}`)
      }
      expect(terminal.lines()).toEqual([...lines, ...live])
    }
  })

  it("erases all rows into which a terminal that became narrower has broken them", () => {
    const { screen, stream } = screenOf(40)
    let written = ""
    stream.write = (text) => {
      written += text
    }
    screen.setLive(`${"x".repeat(39)}\n${"y".repeat(10)}`)
    stream.columns = 20
    written = ""
    screen.writeLine("log")
    // Two rows of the first line and one of the second: from the last, two up.
    expect(written.startsWith("\r\u001b[2A\u001b[0Jlog\n")).toBe(true)
  })

  it("shows no more lines than the terminal has rows, as others could not be erased", () => {
    const { screen, terminal } = screenOf(20, 3)
    screen.setLive("one\ntwo\nthree\nfour")
    expect(terminal.lines()).toEqual(["one", "two"])
    screen.setLive("")
    expect(terminal.lines()).toEqual([])
  })

  it("shows none on a terminal that cannot redraw, and log lines as ever", () => {
    const { screen, terminal } = screenOf(20, 24, false)
    screen.setLive("live")
    screen.writeLine("log")
    expect(terminal.lines()).toEqual(["log"])
  })
})
