/** Shows text from outside so that it can neither control a terminal nor deceive a reader. */

/**
 * The text with every control character (C0, C1), bidirectional control and line separator written out as `\u001b`.
 *
 * **Guarantee**: the result is one line, and moves no cursor, colours nothing and reverses nothing.
 */
export const escaped = (text: string): string => text.replace(unsafe, written)

/** JSON text in which the same characters are written out; it still decodes to the same value. */
export const escapedJson = (value: unknown): string =>
  JSON.stringify(value, int64AsText).replace(unsafe, written)

// C0 and DEL with C1, Arabic letter mark, left-to-right and right-to-left marks, line and paragraph separators with
// embeddings and overrides (2028-202E), isolates, byte-order mark.
const unsafe = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu

const written = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`

/** As in the messages: a number where JavaScript holds it exactly, else its decimal text. */
const int64AsText = (_key: string, value: unknown): unknown => {
  if (typeof value !== "bigint") return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}
