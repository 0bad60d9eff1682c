/** Judges what documents say to npm: scripts that are there, with options that they take. */
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { type CommandLine, readCommandLine } from "../support/CommandLine.ts"
import { root, scripts } from "./Documents.ts"
import { type Filled, filled } from "./Placeholders.ts"
import type { ShownCommand } from "./ShownCommands.ts"

/** The script that npm runs for these arguments; undefined for a command of npm's own. */
export const scriptOf = ([command = "", name]: ReadonlyArray<string>): string | undefined => {
  if (command === "run") return name
  return command === "test" || command === "start" ? command : undefined
}

/** What is wrong with what npm is told, where that names a script; empty where nothing is. */
export const objectionsToNpm = async ({
  args,
  isMention
}: Pick<ShownCommand, "args" | "isMention">): Promise<ReadonlyArray<string>> => {
  const script = scriptOf(args)
  if (script === undefined) return []
  const text = scripts[script]
  if (text === undefined) return [`package.json has no script ${script}`]
  const given = args.slice(args[0] === "run" ? 2 : 1)
  if (given.length === 0) return []
  if (given[0] !== "--") return [`${given[0]} goes to npm itself: write -- before it`]
  return objectionsOfScript(text, filled(given.slice(1), isMention))
}

/** Options stand beside the file that a script runs; a script of bash takes words. */
const objectionsOfScript = async (script: string, filledWith: Filled): Promise<ReadonlyArray<string>> => {
  const file = join(root, dirname(/^node (\S+)$/.exec(script)?.[1] ?? ".ci/none"), "Options.ts")
  if (!existsSync(file)) {
    const isOfWords =
      script.startsWith("bash ") &&
      filledWith([])
        .flat()
        .every((word) => !word.startsWith("-"))
    return isOfWords ? [] : [`nothing reads the options of ${script}`]
  }
  const { parseOptions, usage } = (await import(file)) as {
    readonly usage: string
    readonly parseOptions: (args: ReadonlyArray<string>) => unknown
  }
  const [name = ""] = /(?<=: )[\w-]+(?=, )/.exec(usage) ?? []
  const lines = filledWith(["1", name]).map((words) => readCommandLine(usage, words, parseOptions))
  return lines.some(({ _tag }) => _tag !== "Wrong") ? [] : lines.slice(0, 1).map(firstLineOf)
}

const firstLineOf = (line: CommandLine<unknown>): string =>
  line._tag === "Wrong" ? (line.text.split("\n")[0] ?? "") : ""
