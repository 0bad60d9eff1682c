/** Reads lists of words from TypeScript, as far as they are written down. */
import { anyWord } from "./CommandForm.ts"

/** What stands within each bracket that ends a match of this pattern, up to its closing one. **Shape**: the pattern has the flag `g`. */
export const bracketed = (text: string, opening: RegExp): ReadonlyArray<string> =>
  [...text.matchAll(opening)].map(({ 0: { length }, index }) => {
    const begin = index + length
    return text.slice(begin, endFrom(text, begin, ")]}") ?? text.length)
  })

/** The elements of a list, or of the arguments of a call. */
export const elementsOf = (inner: string): ReadonlyArray<string> => {
  const elements: Array<string> = []
  for (let begin = 0; begin < inner.length; ) {
    const end = endFrom(inner, begin, ",") ?? inner.length
    elements.push(inner.slice(begin, end).trim())
    begin = end + 1
  }
  return elements.filter((element) => element !== "")
}

/**
 * The words of these elements, {@link anyWord} for a word that is computed; undefined where it cannot be told how many words
 * there are, or a computed one may be a flag. **Shape**: `text` is the source that has them, where lists with a name are.
 */
export const wordsOf = (elements: ReadonlyArray<string>, text: string): ReadonlyArray<string> | undefined => {
  const words = elements.map((element) => wordsOfOne(element, text))
  return words.some((one) => one === undefined) ? undefined : words.flatMap((one) => one ?? [])
}

const wordsOfOne = (element: string, text: string): ReadonlyArray<string> | undefined => {
  const literal = /^"([^"]*)"$/.exec(element)?.[1]
  if (literal !== undefined) return [literal]
  if (element.startsWith("`--${")) return undefined
  const template = /^`([^$`]*)/.exec(element)?.[1]
  if (template !== undefined) return [template === "" ? anyWord : template]
  if (!element.startsWith("...")) return [anyWord]
  const [list] = bracketed(element, /^\.\.\.\[/g)
  if (list !== undefined) return wordsOf(elementsOf(list), text)
  const name = /^\.\.\.(\w+)$/.exec(element)?.[1]
  const [declared] = name === undefined ? [] : bracketed(text, new RegExp(`\\bconst ${name} = \\[`, "g"))
  return declared === undefined ? undefined : wordsOf(elementsOf(declared), text)
}

/** Where, outside of strings and inner brackets, the first of these characters is. */
const endFrom = (text: string, begin: number, ends: string): number | undefined => {
  let depth = 0
  for (let at = begin; at < text.length; at++) {
    const character = text.charAt(at)
    if (depth === 0 && ends.includes(character)) return at
    if ("([{".includes(character)) depth += 1
    else if (")]}".includes(character)) depth -= 1
    else if ("\"'`".includes(character)) at = endOfString(text, at, character)
  }
  return undefined
}

const endOfString = (text: string, begin: number, quote: string): number => {
  let at = begin + 1
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === "\\" ? 2 : 1
  return at
}
