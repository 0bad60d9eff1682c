/** Shows the data of a message: JSON over several lines, anything else as bytes. */
import { escaped } from "../Escaped.ts"

/** What was made of the data. */
export interface ShownData {
  readonly form: "JSON" | "text" | "bytes"
  readonly lines: ReadonlyArray<string>
}

/**
 * The data as lines. JSON is only laid out, never read: every number and text stands there as it was sent.
 *
 * **Guarantee**: no control, bidirectional or line-separating character is left in a line.
 */
export const shownData = (data: Uint8Array): ShownData => {
  const text = textOf(data)
  if (text === undefined) return { form: "bytes", lines: hexLines(data) }
  if (!isJson(text)) return { form: "text", lines: text.split("\n").map(escaped) }
  return { form: "JSON", lines: jsonLines(text).map(escaped) }
}

const textOf = (data: Uint8Array): string | undefined => {
  try {
    return utf8.decode(data)
  } catch {
    return undefined
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Lays JSON out by its brackets and commas outside of strings. */
const jsonLines = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let depth = 0
  let line = ""
  const end = (): void => {
    if (line.trim() !== "") lines.push(line)
    line = "  ".repeat(Math.min(depth, indentMax))
  }
  for (const token of text.match(tokens) ?? []) {
    if (token === "{" || token === "[") {
      line += token
      depth++
      end()
    } else if (token === "}" || token === "]") {
      depth--
      end()
      line += token
    } else if (token === ",") {
      line += token
      end()
    } else line += token === ":" ? ": " : token
  }
  end()
  return lines
}

/** A string, a mark, or a word; white space between them is none. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/** Deeper levels stand no further right. */
const indentMax = 20

const hexLines = (data: Uint8Array): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (let start = 0; start < data.length; start += 16) {
    const row = data.subarray(start, start + 16)
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ")
    const shown = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
    lines.push(`${start.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${shown.join("")}`)
  }
  return lines
}

// A byte-order mark is shown.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
