/** Reads TypeScript as far as rules need it: what is code, and where a function begins and ends. */
import { lineAt } from "./Rule.ts"

/**
 * The source with the contents of comments, strings and regular expressions blanked out.
 *
 * **Guarantee**: every character stays at its offset, every line break too.
 */
export const codeOnly = (text: string): string =>
  text.replaceAll(token, (found, prefix: string | undefined) => {
    const kept = prefix ?? ""
    // What a template string computes is code; kept whole, since its text rarely looks like code.
    if (found.startsWith("`") && found.includes("${")) return found
    return kept + found.slice(kept.length).replaceAll(/[^\n]/g, " ")
  })

const comment = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`
const quoted = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\x60(?:[^\x60\\]|\\[\s\S])*\x60`
// A slash begins a regular expression only where no operand stands before it.
const regularExpression = String.raw`((?:^|[(,=:[!&|?{};]|=>|\breturn)\s*)\/(?![*\/])(?:[^\/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*`
const token = new RegExp(`${comment}|${quoted}|${regularExpression}`, "gm")

/** A function with a body in braces. */
export interface FunctionSpan {
  /** The line of its head. */
  readonly line: number
  /** From its head to its closing brace. */
  readonly lines: number
  /** Those of them that are in no function within it. */
  readonly own: number
}

/** Every function of the source whose body stands in braces, the nested ones too. */
export const functionsOf = (text: string): ReadonlyArray<FunctionSpan> => {
  const spans = spansOf(codeOnly(text))
  return spans.map(({ first, last }) => {
    const inner = spans.filter((other) => other.first > first && other.last < last)
    const outermost = inner.filter(
      (one) => !inner.some((other) => other.first < one.first && other.last >= one.last)
    )
    const nested = outermost.reduce((sum, one) => sum + one.last - one.first + 1, 0)
    return { line: first, lines: last - first + 1, own: last - first + 1 - nested }
  })
}

const spansOf = (code: string) =>
  [...code.matchAll(/=>\s*\{|\bfunction\b[^(]*\(/g)].flatMap(({ 0: head, index }) => {
    const open = head.startsWith("=>")
      ? index + head.length - 1
      : code.indexOf("{", closing(code, index + head.length - 1))
    return open < 0 ? [] : [{ first: lineAt(code, index), last: lineAt(code, closing(code, open)) }]
  })

const closing = (code: string, open: number): number => {
  let depth = 0
  for (let at = open; at < code.length; at++) {
    const character = code.charAt(at)
    if ("([{".includes(character)) depth += 1
    else if (")]}".includes(character)) depth -= 1
    if (depth === 0) return at
  }
  return code.length
}

/** One import: what stands between the quotes, and whether it happens when the file is loaded. */
export interface Import {
  readonly specifier: string
  readonly line: number
  readonly atLoad: boolean
}

/** Every import of the source: static, of types only, re-exported, and dynamic. */
export const importsOf = (text: string): ReadonlyArray<Import> =>
  [...text.matchAll(importPattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? match[4] ?? "",
    line: lineAt(text, match.index),
    atLoad: match[3] !== undefined || (match[2] !== undefined && !/^\s*type\b/.test(match[1] ?? ""))
  }))

// In this order: `import … from "x"` or `export … from "x"`, `import "x"`, `import("x")`.
const importPattern =
  /^(?:import|export)\b((?:(?!\bfrom\b)[^"';=])*)\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\("([^"]+)"\)/gm
