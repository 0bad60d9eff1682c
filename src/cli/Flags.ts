/** Flags made of the same parts as the variables of the environment. */
import { Option } from "effect"
import { Flag } from "effect/cli"
import type { FlagTexts } from "../config/Configuration.ts"
import type { Parser } from "../config/Parser.ts"
import type { Section } from "../config/Section.ts"
import { logSection } from "../config/ServingSection.ts"
import type { Variable } from "../config/Variable.ts"

/** A flag for each variable of the sections, and of the logs; what was given is read by `configured`. */
export const settingFlags = (
  ...sections: ReadonlyArray<Section<unknown>>
): Readonly<Record<string, Flag.Flag<Option.Option<string>>>> =>
  Object.fromEntries(
    [...sections, logSection]
      .flatMap((section) => Object.values(section.variables))
      .filter(({ doc }) => doc.isEnvironmentOnly !== true)
      .map((variable) => [variable.flag, settingFlag(variable)])
  )

/**
 * A flag of a command's own, read as variables are; its help tells what is allowed, and what holds without it.
 *
 * **Errors**: wrong usage, exit 2.
 */
export const parsedFlag = <A>(
  name: string,
  parser: Parser<A>,
  description: string,
  whenMissing: string
): Flag.Flag<A> =>
  Flag.String(name).pipe(
    Flag.filterMap(parser.parse, () => parser.allowed),
    Flag.withDescription(`${description}: ${parser.allowed} [default: ${whenMissing}]`)
  )

/** A number of a command's own that has a default. **Errors**: as {@link parsedFlag}. */
export const numberFlag = (
  name: string,
  parser: Parser<number>,
  description: string,
  whenMissing: number
): Flag.Flag<number> =>
  parsedFlag(name, parser, description, String(whenMissing)).pipe(Flag.withDefault(whenMissing))

/** `--json`: data as JSON, for programs. */
export const jsonFlag: Flag.Flag<boolean> = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print data as JSON")
)

/** Makes a shorter flag an alias of a variable's own. */
export const spokenFor = (flags: FlagTexts, name: string, short: Option.Option<string>): FlagTexts =>
  Option.isSome(short) ? { ...flags, [name]: short } : flags

const settingFlag = (variable: Variable<unknown>): Flag.Flag<Option.Option<string>> => {
  const flag =
    variable.doc.isSwitch === true
      ? Flag.Boolean(variable.flag).pipe(Flag.map(String), Flag.optional)
      : Flag.optional(Flag.String(variable.flag))
  const off = variable.doc.isSwitch === true ? `. Off: --no-${variable.flag}` : ""
  return Flag.withDescription(
    flag,
    `${variable.doc.meaning}${off} [${variable.doc.name}, default: ${shownDefault(variable)}]`
  )
}

const shownDefault = ({ defaultText }: Variable<unknown>): string => defaultText.replaceAll("`", "")
