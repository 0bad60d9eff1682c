/** Finds the commands that documents show: in blocks of a shell, and within sentences. */
import { lineAt } from "../style/Rule.ts"
import { read, scripts } from "./Documents.ts"
import { commandPaths } from "./DryRun.ts"
import { commandsOfLine, type ShellWords } from "./ShellLine.ts"

/** A command of a document. */
export interface ShownCommand {
  readonly document: string
  /** Counted from 1. */
  readonly line: number
  readonly program: "counterfoil" | "npm" | "vitest"
  /** What stands after the program's name. */
  readonly args: ReadonlyArray<string>
  /** It stands in a sentence, where values and arguments may be left out. */
  readonly isMention: boolean
  /** What the document says that it prints; empty where it says nothing. */
  readonly printed: string
}

/** Every command that a document shows, in the order of blocks, then sentences. */
export const shownCommands = (
  document: string,
  text: string = read(document)
): ReadonlyArray<ShownCommand> => [
  ...blocksOf(text).flatMap(({ lines, line, language }) =>
    inBlock(language, lines).flatMap(({ command, offset, printed }) =>
      commandsOfLine(command).flatMap((words) =>
        named(words).map((found) => ({
          document,
          line: line + offset,
          ...found,
          isMention: false,
          printed
        }))
      )
    )
  ),
  ...inSentences(text).flatMap(({ code, offset }) =>
    variantsOf(code)
      .flatMap(commandsOfLine)
      .flatMap((words) => [...named(words), ...withoutName(words)])
      .filter(({ args }) => args.length > 0)
      .map((found) => ({
        document,
        line: lineAt(text, offset),
        ...found,
        isMention: true,
        printed: ""
      }))
  )
]

/** The commands that a section of a document shows in its blocks. */
export const shownInSection = (document: string, section: string): ReadonlyArray<ShownCommand> => {
  const lines = read(document).split("\n")
  const first = lines.indexOf(`## ${section}`)
  const next = lines.findIndex((line, index) => index > first && line.startsWith("## "))
  if (first < 0) throw new Error(`${document} has no section "${section}"`)
  return shownCommands(document).filter(
    ({ isMention, line }) => !isMention && line > first && (next < 0 || line <= next)
  )
}

/** What is started by `npm start`, after the program's name. */
const startCommand = /^node bin\/counterfoil\.js (.+)$/.exec(scripts["start"] ?? "")?.[1]?.split(" ") ?? []

interface Block {
  readonly language: string
  /** The number of its first line in the document. */
  readonly line: number
  readonly lines: ReadonlyArray<string>
}

const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm

const blocksOf = (text: string): ReadonlyArray<Block> =>
  [...text.matchAll(fence)].map(({ 2: language = "", 3: body = "", index }) => ({
    language,
    line: lineAt(text, index) + 1,
    lines: body.replace(/\n$/, "").split("\n")
  }))

interface InBlock {
  readonly command: string
  readonly offset: number
  readonly printed: string
}

/** With a prompt before a command, what follows is printed by it; without, each line is a command. */
const inBlock = (language: string, lines: ReadonlyArray<string>): ReadonlyArray<InBlock> => {
  if (!["sh", "bash", "shell", "console"].includes(language)) return []
  const hasPrompts = lines.some((line) => /^ *\$ /.test(line))
  const found: Array<{ command: string; offset: number; printed: Array<string> }> = []
  for (const [offset, line] of lines.entries()) {
    const last = found.at(-1)
    if (last?.command.endsWith("\\") === true && last.printed.length === 0)
      last.command = `${last.command.slice(0, -1).trimEnd()} ${line.trim()}`
    else if (hasPrompts && !/^ *\$ /.test(line)) last?.printed.push(line)
    else found.push({ command: line.trim().replace(/^\$ /, ""), offset, printed: [] })
  }
  return found.map(({ printed, ...one }) => ({ ...one, printed: printed.join("\n").trimEnd() }))
}

/** Code within sentences and tables, on one line. */
const inSentences = (text: string): ReadonlyArray<{ readonly code: string; readonly offset: number }> =>
  [
    ...text.replaceAll(fence, (block) => block.replaceAll(/[^\n]/g, " ")).matchAll(/`((?:(?!\n\n)[^`])+)`/g)
  ].map(({ 1: code = "", index }) => ({
    code: code.replaceAll("\\|", "|").replaceAll(/\s+/g, " "),
    offset: index
  }))

/** What `[--live|--ready]`, `orders|payments` and `list · show` stand for, each on its own. */
const variantsOf = (code: string): ReadonlyArray<string> => {
  const [first = "", ...others] = code.split(" · ")
  const before = first.slice(0, first.lastIndexOf(" ") + 1)
  return [first, ...others.map((other) => before + other)].flatMap((one) =>
    // Quotes and pipes make it a line of a shell, not a notation.
    (one.match(/\[[^\]]*\]|"[^"]*"|'[^']*'|\S+/g) ?? []).reduce<ReadonlyArray<string>>(
      (sofar, token) =>
        sofar.flatMap((text) => alternativesOf(token).map((word) => `${text} ${word}`.trim())),
      [""]
    )
  )
}

const alternativesOf = (token: string): ReadonlyArray<string> => {
  if (/^\[.*\]$/.test(token)) return ["", ...token.slice(1, -1).split("|")]
  return /^[\w-]+(?:\|[\w-]+)+$/.test(token) ? token.split("|") : [token]
}

type Named = Pick<ShownCommand, "program" | "args">

/** The command by the name of its program, however it is started. */
const named = (words: ShellWords): ReadonlyArray<Named> => {
  const [first, second] = words
  const args = (from: number) => words.slice(from).filter((word) => word !== "…")
  if (first === "counterfoil") return [{ program: "counterfoil", args: args(1) }]
  if (first === "npm" && second === "start")
    return [{ program: "counterfoil", args: [...startCommand, ...args(words[2] === "--" ? 3 : 2)] }]
  if (first === "npm") return [{ program: "npm", args: args(1) }]
  if (first === "npx" && second === "counterfoil") return [{ program: "counterfoil", args: args(2) }]
  if (first === "npx" && second === "vitest") return [{ program: "vitest", args: args(2) }]
  if (first === "node" && second === "bin/counterfoil.js") return [{ program: "counterfoil", args: args(2) }]
  const inCloud = first === "gcloud" ? words.find((word) => word.startsWith("--args=")) : undefined
  if (inCloud !== undefined)
    return [{ program: "counterfoil", args: inCloud.slice("--args=".length).split(",") }]
  const image = first === "docker" && second === "run" ? words.indexOf("counterfoil") : -1
  return image < 0 ? [] : [{ program: "counterfoil", args: args(image + 1) }]
}

/** Sentences say `dlq redrive --dry-run` and `redrive --dry-run` too; a single word may be anything. */
const withoutName = (words: ShellWords): ReadonlyArray<Named> => {
  const [first, second = ""] = words
  if (second === "") return []
  const isCommand = commandPaths.some(([name]) => name === first)
  const parent = second.startsWith("--") ? commandPaths.find(([, name]) => name === first)?.[0] : undefined
  if (!isCommand && parent === undefined) return []
  const args = words.filter((word) => word !== "…")
  return [{ program: "counterfoil", args: isCommand || parent === undefined ? args : [parent, ...args] }]
}
