/** The command line of the programs that test and measure: what is wrong with it is said in a line, above its usage. */

/** What a command line asks for, or why it cannot be had. */
export type CommandLine<A> =
  | { readonly _tag: "Options"; readonly options: A }
  | { readonly _tag: "Help"; readonly text: string }
  | { readonly _tag: "Wrong"; readonly text: string }

/** Reads a command line. **Shape**: `read` throws an `Error` whose message says what is wrong. */
export const readCommandLine = <A>(
  usage: string,
  args: ReadonlyArray<string>,
  read: (args: ReadonlyArray<string>) => A
): CommandLine<A> => {
  if (args.includes("--help")) return { _tag: "Help", text: usage }
  try {
    return { _tag: "Options", options: read(args) }
  } catch (error) {
    return { _tag: "Wrong", text: `${error instanceof Error ? error.message : String(error)}\n\n${usage}` }
  }
}

/** The options of this process. It ends with code 0 after `--help`, and with 2 where the command line is wrong. */
export const optionsOfProcess = <A>(usage: string, read: (args: ReadonlyArray<string>) => A): A => {
  const line = readCommandLine(usage, process.argv.slice(2), read)
  if (line._tag === "Options") return line.options
  const isHelp = line._tag === "Help"
  ;(isHelp ? process.stdout : process.stderr).write(line.text)
  return process.exit(isHelp ? 0 : 2)
}

/** Options of what tries named things side by side, and keeps what is known of the working tree, for `parseArgs`. */
export const namedProofFlags = {
  only: { type: "string" },
  lanes: { type: "string", default: "2" },
  fresh: { type: "boolean", default: false },
  report: { type: "string" }
} as const

/** What the values of {@link namedProofFlags} ask for; all names without `--only`. **Errors**: throws, as `namesIn` and `amountIn`. */
export const namedProofIn = <Name extends string>(
  { fresh, lanes, only, report }: NamedProofValues,
  known: ReadonlyArray<Name>
) => ({
  names: only === undefined ? known : namesIn("--only", only, known),
  lanes: amountIn("--lanes", lanes),
  isFresh: fresh,
  report
})

interface NamedProofValues {
  readonly only?: string | undefined
  readonly lanes: string
  readonly fresh: boolean
  readonly report?: string | undefined
}

/** A whole number of at least 1. **Errors**: throws; the message names the option, what was given and what is allowed. */
export const amountIn = (option: string, text: string): number => {
  const amount = Number(text)
  if (text.trim() !== "" && Number.isSafeInteger(amount) && amount >= 1) return amount
  throw new Error(`${option} is "${text}"; it must be a whole number of at least 1`)
}

/** Names from a list with commas, in the order in which they are known, each once. **Errors**: throws on an unknown one. */
export const namesIn = <Name extends string>(
  option: string,
  text: string,
  known: ReadonlyArray<Name>
): ReadonlyArray<Name> => {
  const wanted = text.split(",").map((name) => name.trim())
  const unknown = wanted.find((name) => !known.some((one) => one === name))
  if (unknown === undefined) return known.filter((name) => wanted.includes(name))
  throw new Error(`${option} names "${unknown}"; it must be of ${known.join(", ")}`)
}
