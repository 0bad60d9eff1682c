/** Reads a line of a shell as far as documents use it. */

/** One command of a line: its words, without quotes, variables before it, and where its output goes. */
export type ShellWords = ReadonlyArray<string>

/** The commands of a line, which `&&`, `||`, `;` and `|` separate; a comment is none. */
export const commandsOfLine = (line: string): ReadonlyArray<ShellWords> => {
  const commands: Array<Array<string>> = [[]]
  for (const [token] of line.matchAll(shellToken)) {
    if (token.startsWith("#")) break
    if (separator.test(token)) commands.push([])
    else commands.at(-1)?.push(token)
  }
  return commands.map(wordsOf).filter((words) => words.length > 0)
}

const separator = /^(?:&&|\|\||[;|])$/
const shellToken = /&&|\|\||[;|]|>+ *\S+|#.*|(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\;|>])+/g
const quoted = /"([^"]*)"|'([^']*)'|\\(.)/g

const wordsOf = (tokens: ReadonlyArray<string>): ShellWords => {
  const words = tokens.filter((token) => !token.startsWith(">"))
  const begin = words.findIndex((token) => !/^[A-Z_]+=/.test(token))
  return (begin < 0 ? [] : words.slice(begin)).map((token) =>
    token.replaceAll(quoted, (_, double?: string, single?: string, escaped?: string) =>
      String(double ?? single ?? escaped)
    )
  )
}
