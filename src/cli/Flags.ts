/** Flags made of the same parts as the variables of the environment. */
import { Option } from "effect"
import { Flag } from "effect/cli"
import type { FlagTexts } from "../config/Configuration.ts"
import type { Preset } from "../config/Preset.ts"
import type { Section } from "../config/Section.ts"
import { logSection } from "../config/ServingSection.ts"
import type { Variable } from "../config/Variable.ts"

/** A flag for each variable of the sections, for their presets, and for the logs; what was given is read by `configured`. */
export const settingFlags = (
  ...sections: ReadonlyArray<Section<unknown>>
): Readonly<Record<string, Flag.Flag<Option.Option<string>>>> =>
  Object.fromEntries([
    ...sections.flatMap(({ preset }) =>
      preset === undefined ? [] : [[preset.flag, presetFlag(preset)] as const]
    ),
    ...[...sections, logSection]
      .flatMap((section) => Object.values(section.variables))
      .filter(({ doc }) => doc.isEnvironmentOnly !== true)
      .map((variable) => [variable.flag, settingFlag(variable)] as const)
  ])

/** `--json`: data as JSON, for programs. */
export const jsonFlag: Flag.Flag<boolean> = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Print data as JSON")
)

/** Makes a shorter flag an alias of a variable's own. */
export const spokenFor = (flags: FlagTexts, name: string, short: Option.Option<string>): FlagTexts =>
  Option.isSome(short) ? { ...flags, [name]: short } : flags

const presetFlag = ({ flag, meaning }: Preset<unknown>): Flag.Flag<Option.Option<string>> =>
  Flag.Boolean(flag).pipe(Flag.map(String), Flag.optional, Flag.withDescription(meaning))

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
