/** What a terminal shows of what is written to it: enough of one to see whether lines are where they belong. */

/** A terminal of so many columns; everything ever written stays readable, as by scrolling back. */
export class PlainTerminal {
  readonly #columns: number
  readonly #rows: Array<string> = [""]
  #row = 0
  #column = 0

  constructor(columns: number) {
    this.#columns = columns
  }

  /** Understands line feed, carriage return, cursor up, erase in line, erase below, and colours. Anything else fails. */
  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal is told with.
    for (const [part] of text.matchAll(/\u001b\[[\d;?]*[A-Za-z]|\r|\n|[^\u001b\r\n]/gu)) {
      if (part === "\r") this.#column = 0
      else if (part === "\n") this.#down()
      else if (part.startsWith("\u001b")) this.#control(part)
      else this.#put(part)
    }
  }

  /** The lines, without blanks at their ends, up to the last that has anything. */
  lines(): ReadonlyArray<string> {
    const lines = this.#rows.map((line) => line.trimEnd())
    while (lines.at(-1) === "") lines.pop()
    return lines
  }

  #put(character: string): void {
    if (this.#column >= this.#columns) this.#down()
    const line = (this.#rows[this.#row] ?? "").padEnd(this.#column)
    this.#rows[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1)
    this.#column += 1
  }

  #down(): void {
    this.#row += 1
    this.#column = 0
    if (this.#row >= this.#rows.length) this.#rows.push("")
  }

  #control(sequence: string): void {
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 1)
    if (sequence.endsWith("m") || sequence.includes("?")) return
    if (sequence.endsWith("A")) {
      if (count > this.#row) throw new Error("the cursor goes above what there is")
      this.#row -= count
    } else if (sequence.endsWith("K")) this.#rows[this.#row] = ""
    else if (sequence.endsWith("J")) {
      this.#rows[this.#row] = (this.#rows[this.#row] ?? "").slice(0, this.#column)
      this.#rows.splice(this.#row + 1)
    } else throw new Error(`the terminal does not know ${JSON.stringify(sequence)}`)
  }
}
