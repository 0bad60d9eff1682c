/** Walks through the text of JSON by counting, so that no depth overflows the stack. */

/**
 * Visits the members of the object that `text` is, in the order in which they stand, repeated keys included.
 *
 * **Shape**: `text` is JSON whose value is an object; keys are given unescaped, values as written.
 */
export const eachMember = (
  text: string,
  visit: (key: string, valueStart: number, valueEnd: number) => void
): void => {
  let at = afterBlanks(text, text.indexOf("{") + 1)
  while (text.charCodeAt(at) === quote) {
    const keyEnd = endOfString(text, at)
    const start = afterBlanks(text, afterBlanks(text, keyEnd) + 1)
    const end = endOfValue(text, start)
    visit(unescaped(text.slice(at + 1, keyEnd - 1)), start, end)
    at = afterBlanks(text, afterBlanks(text, end) + 1)
  }
}

/**
 * The place after the JSON value that begins at `start`.
 *
 * **Guarantee**: ends on any text; what is no JSON ends at some place up to the text's end.
 */
export const endOfValue = (text: string, start: number): number => {
  const first = text.charCodeAt(start)
  if (first === quote) return endOfString(text, start)
  if (first !== openBrace && first !== openBracket) return endOfWord(text, start)
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at) - 1
    else if (code === openBrace || code === openBracket) depth++
    else if ((code === closeBrace || code === closeBracket) && --depth === 0) return at + 1
  }
  return text.length
}

/** The place of the next character that is no white space of JSON. */
export const afterBlanks = (text: string, start: number): number => {
  let at = start
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/** The place of the last character up to `end` that is no white space of JSON. */
export const beforeBlanks = (text: string, end: number): number => {
  let at = end
  while (isBlank(text.charCodeAt(at))) at--
  return at
}

/** A string ends at the first quote with an even number of backslashes before it. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === backslash) before--
    if ((end - before) % 2 === 1) return end + 1
  }
  return text.length
}

const endOfWord = (text: string, start: number): number => {
  let at = start
  while (at < text.length && !endsWord(text.charCodeAt(at))) at++
  return at
}

const unescaped = (key: string): string => (key.includes("\\") ? JSON.parse(`"${key}"`) : key)

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

const endsWord = (code: number): boolean =>
  code === comma || code === closeBrace || code === closeBracket || isBlank(code)

const quote = 0x22
const comma = 0x2c
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
