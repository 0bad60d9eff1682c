/** Fits text for people to the width of a terminal. */
import { Context } from "effect"

/** Columns of standard output; none, where it is no terminal: then nothing is fitted. Tests put another one here. */
export const OutputWidth = Context.Reference<number>("counterfoil/cli/OutputWidth", {
  defaultValue: () =>
    process.stdout.isTTY === true ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY
})

/** Columns that a text takes, as most terminals count them. **Shape**: `text` has no control characters. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** The text, cut to so many columns, with an ellipsis where something is cut. */
export const cutTo = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let kept = ""
  let used = 1
  for (const character of text) {
    used += columnsOf(character)
    if (used > width) break
    kept += character
  }
  return `${kept}…`
}

/** The parts as lines, joined by ` · ` for as long as they fit; every line begins with `indent`. */
export const joinedTo = (
  parts: ReadonlyArray<string>,
  width: number,
  indent: string
): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const part of parts) {
    const longer = line === "" ? indent + part : `${line} · ${part}`
    if (line !== "" && widthOf(longer) > width) {
      lines.push(cutTo(line, width))
      line = indent + part
    } else line = longer
  }
  return line === "" ? lines : [...lines, cutTo(line, width)]
}

/** The text in lines of so many columns, broken between words; a longer word has a line of its own. */
export const wrapped = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && widthOf(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

const columnsOf = (character: string): number => (nothing.test(character) ? 0 : wide.test(character) ? 2 : 1)

/** Marks that stand above or below the character before, and what joins characters. */
const nothing = /^(?:\p{Mn}|\p{Me}|[\u200B-\u200D])$/u

/** East Asian scripts and their punctuation, full-width forms, and emoji. */
const wide =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6\p{Emoji_Presentation}]$/u
