/** Reads the settings a command needs, from its flags and the environment. */
import { Config, ConfigProvider, Data, Effect, Option, Runtime } from "effect"
import type { Preset } from "./Preset.ts"
import type { Section } from "./Section.ts"
import { shownValue } from "./ShownValue.ts"
import type { Variable } from "./Variable.ts"

/**
 * The settings are invalid, and nothing was started.
 *
 * **Errors**: all problems at once, one line each, which name the variable, its value unless that is a secret, and
 * the fix. The process exits 2.
 */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly problems: ReadonlyArray<string>
}> {
  override readonly [Runtime.errorExitCode] = 2

  override get message(): string {
    return this.problems.join("\n")
  }
}

/** The flags of a command as given, by flag name. */
export type FlagTexts = Readonly<Record<string, Option.Option<string>>>

/** Sections, by the name under which their settings are returned. */
export type Wanted = Readonly<Record<string, Section<unknown>>>

/** The settings of each wanted section, and warnings about them. */
export interface Configuration<Sections extends Wanted> {
  readonly settings: { readonly [Key in keyof Sections]: SettingsOf<Sections[Key]> }
  /** Allowed, at a risk: one line each, to be logged at the start. */
  readonly warnings: ReadonlyArray<string>
  /** By variable: the flag or variable its value came from; absent where the default holds. */
  readonly sources: ReadonlyMap<string, string>
  /** What was set, secrets hidden: the variable, its value, and the flag or variable it came from. */
  readonly shown: ReadonlyArray<readonly [variable: string, value: string, source: string]>
}

type SettingsOf<S> = S extends Section<infer Settings> ? Settings : never

/**
 * Reads the settings of the wanted sections: flags first, then the environment, then defaults. An empty text counts
 * as missing.
 *
 * **Errors**: `ConfigurationError`, with the problems of all sections.
 */
export const configuration = Effect.fn("configuration")(function* <const Sections extends Wanted>(
  wanted: Sections,
  flags: FlagTexts = {}
): Effect.fn.Return<Configuration<Sections>, ConfigurationError> {
  const settings: Record<string, unknown> = {}
  const problems: Array<string> = []
  const warnings: Array<string> = []
  const sources = new Map<string, string>()
  const shown: Array<readonly [variable: string, value: string, source: string]> = []
  for (const [name, section] of Object.entries(wanted)) {
    const { preset } = section
    if (preset !== undefined && isOn(flags[preset.flag])) {
      settings[name] = preset.settings
      problems.push(...uselessWith(preset, section, flags))
      continue
    }
    const read = yield* readSection(section, flags)
    settings[name] = read.settings
    problems.push(...read.problems)
    warnings.push(...read.warnings)
    for (const [variable, source] of read.sources) sources.set(variable, source)
    shown.push(...read.shown)
  }
  if (problems.length > 0) return yield* new ConfigurationError({ problems })
  return { settings: settings as Configuration<Sections>["settings"], warnings, sources, shown }
})

const isOn = (flag: Option.Option<string> | undefined): boolean =>
  flag !== undefined && Option.contains(flag, "true")

/** A flag that is not heeded would be a mistake that nobody sees; a variable of the environment may be there anyhow. */
const uselessWith = (
  { flag, meaning }: Preset<unknown>,
  { variables }: Section<unknown>,
  flags: FlagTexts
): ReadonlyArray<string> =>
  Object.values(variables)
    .filter((variable) => Option.exists(flags[variable.flag] ?? Option.none(), isWritten))
    .map((variable) => `--${variable.flag} has no use with --${flag} (${meaning}). Leave one of them out`)

interface ReadSection {
  readonly settings: unknown
  readonly problems: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
  readonly sources: ReadonlyMap<string, string>
  readonly shown: Configuration<Wanted>["shown"]
}

const readSection = Effect.fnUntraced(function* (section: Section<unknown>, flags: FlagTexts) {
  const values: Record<string, unknown> = {}
  const given: Record<string, string> = {}
  const sources = new Map<string, string>()
  const shown: Array<readonly [variable: string, value: string, source: string]> = []
  const malformed = new Set<string>()
  const problems: Array<string> = []
  for (const [key, variable] of Object.entries(section.variables)) {
    const entry = yield* find(variable, flags)
    const value = Option.match(entry, {
      onNone: () => variable.whenMissing,
      onSome: ({ text }) => variable.decode(text)
    })
    if (Option.isSome(entry)) {
      given[key] = entry.value.label
      sources.set(variable.doc.name, entry.value.label)
      shown.push([variable.doc.name, shownValue(variable, entry.value.text), entry.value.label])
    }
    if (Option.isSome(value)) {
      values[key] = value.value
    } else {
      malformed.add(key)
      problems.push(
        explain(
          variable,
          Option.getOrElse(entry, () => ({ label: variable.doc.name, text: "" }))
        )
      )
    }
  }
  return relate(section, { values, given, malformed, problems, sources, shown })
})

interface Raw {
  readonly values: Readonly<Record<string, unknown>>
  readonly given: Readonly<Record<string, string>>
  readonly malformed: ReadonlySet<string>
  readonly problems: ReadonlyArray<string>
  readonly sources: ReadonlyMap<string, string>
  readonly shown: ReadSection["shown"]
}

const relate = (section: Section<unknown>, raw: Raw): ReadSection => {
  const broken = section.relations
    .filter((relation) => !relation.of.some((key) => raw.malformed.has(key)))
    .flatMap((relation) => {
      const line = relation.broken(raw.values, raw.given)
      return line === undefined ? [] : [{ severity: relation.severity, line }]
    })
  const lines = (severity: "error" | "warning") =>
    broken.filter((relation) => relation.severity === severity).map((relation) => relation.line)
  const problems = [...raw.problems, ...lines("error")]
  return {
    settings: problems.length === 0 ? section.settings(raw.values, raw.given) : undefined,
    problems,
    warnings: lines("warning"),
    sources: raw.sources,
    shown: raw.shown
  }
}

/** What a user wrote for a variable. */
export interface Entry {
  /** The flag or variable it came from, as the user wrote it. */
  readonly label: string
  readonly text: string
}

/** What a user wrote for a variable: its flag, else the variable, else its aliases in order; none where nothing. */
export const find = Effect.fnUntraced(function* (variable: Variable<unknown>, flags: FlagTexts) {
  const flag = Option.filter(flags[variable.flag] ?? Option.none(), isWritten)
  if (Option.isSome(flag)) return Option.some(entryOf(variable, `--${variable.flag}`, flag.value))
  const provider = yield* ConfigProvider.ConfigProvider
  for (const name of [variable.doc.name, ...(variable.doc.aliases ?? [])]) {
    // A source that cannot be read counts as empty; the environment, the only one in use, can always be read.
    const text = Option.filter(yield* Effect.option(Config.String(name).parse(provider)), isWritten)
    if (Option.isSome(text)) return Option.some(entryOf(variable, name, text.value))
  }
  return Option.none<Entry>()
})

const isWritten = (text: string): boolean => text.trim() !== ""

/** Blanks around a value come from quoting and files, and mean nothing; in a password they are part of it. */
const entryOf = (variable: Variable<unknown>, label: string, text: string): Entry => ({
  label,
  text: variable.doc.secret === true ? text : text.trim()
})

/** Says what was given for a variable, unless that is a secret, and what is allowed. */
export const explain = (variable: Variable<unknown>, { label, text }: Entry): string => {
  const shown =
    variable.doc.secret === true
      ? "is malformed (its value is not shown)"
      : `is "${clipped(shownValue(variable, text))}"`
  const separator = label.startsWith("--") ? " " : "="
  return `${label} ${shown}: must be ${variable.allowed}. Example: ${label}${separator}${variable.example}`
}

/** Somebody may have pasted a whole file; this much is enough to recognise it. */
const clipped = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
