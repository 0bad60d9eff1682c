/** What a container starts: which program, which of our commands, with which flags. */
import { Option } from "effect"
import type { FlagTexts } from "../../config/Configuration.ts"
import { sections } from "../../config/Sections.ts"
import { type Field, listAt } from "./ManifestFile.ts"

/** A container's command. */
export interface ContainerCommand {
  /** `command` and `args` together; empty where the image says both. */
  readonly words: ReadonlyArray<string>
  /** `run`, `setup`, …; undefined where the image says it. */
  readonly subcommand: string | undefined
  /** The flags of settings, as given. */
  readonly flags: FlagTexts
  readonly isDrain: boolean
  /** What stands between Kubernetes and the process, and passes no signals on; undefined: nothing that is known. */
  readonly interposed: string | undefined
}

/** Reads the command of a container. */
export const commandOf = (container: Field): ContainerCommand => {
  const words = [...(listAt(container, ["command"]) ?? []), ...(listAt(container, ["args"]) ?? [])].map(
    String
  )
  const inner = words.flatMap((word) => word.split(/\s+/))
  return {
    words,
    subcommand: inner.find((word) => commands.has(word)),
    flags: flagsIn(inner),
    isDrain: inner.includes("--drain"),
    interposed: interposedIn(words)
  }
}

const commands: ReadonlySet<string> = new Set(
  "run setup produce dlq facts demo doctor health where incident".split(" ")
)

/** Pass every signal on, and are often the first process of a container. */
const inits: ReadonlySet<string> = new Set(["tini", "dumb-init", "catatonit"])
const packageManagers: ReadonlySet<string> = new Set(["npm", "npx", "yarn", "pnpm", "pnpx", "bunx"])
const shells: ReadonlySet<string> = new Set(["sh", "bash", "ash", "dash", "zsh"])

const interposedIn = (words: ReadonlyArray<string>): string | undefined => {
  const rest = words.filter(
    (word, index) => !(index === 0 && inits.has(nameOf(word))) && !(index === 1 && word === "--")
  )
  const program = nameOf(rest[0] ?? "")
  if (packageManagers.has(program)) return program
  if (!shells.has(program)) return undefined
  const script = rest.slice(1).join(" ")
  // `exec` replaces the shell by the last program; a package manager stays in between nevertheless.
  const inScript = /\bexec\s+(\S+)/.exec(script)?.[1]
  if (inScript === undefined) return program
  return packageManagers.has(nameOf(inScript)) ? nameOf(inScript) : undefined
}

const nameOf = (path: string): string => path.split("/").at(-1) ?? ""

const settingFlags: ReadonlyMap<string, boolean> = new Map(
  Object.values(sections)
    .flatMap((section) => Object.values(section.variables))
    .map(({ doc, flag }) => [flag, doc.isSwitch === true] as const)
)

const flagsIn = (words: ReadonlyArray<string>): FlagTexts => {
  const flags: Record<string, Option.Option<string>> = {}
  for (const [index, word] of words.entries()) {
    const [, no, name = "", value] = /^--(no-)?([a-z-]+)(?:=(.*))?$/.exec(word) ?? []
    const isSwitch = settingFlags.get(name)
    if (isSwitch === undefined) continue
    const text = isSwitch ? (value ?? String(no === undefined)) : (value ?? words[index + 1])
    flags[name] = Option.fromUndefinedOr(text)
  }
  return flags
}
