import type { Preset } from "./Preset.ts"
import type { ValueOf, Variable } from "./Variable.ts"

/** The variables of a section, by their names in code. */
export type VariableTable = Readonly<Record<string, Variable<unknown>>>

/** The decoded values of a section's variables. */
export type ValuesOf<Table extends VariableTable> = { readonly [Key in keyof Table]: ValueOf<Table[Key]> }

/** What the user set: the name of the flag or variable by which it was set. */
export type GivenOf<Table extends VariableTable> = { readonly [Key in keyof Table]?: string }

/** A condition on two or more values; not checked when one of them could not be read. */
export interface Relation<Table extends VariableTable> {
  readonly of: ReadonlyArray<keyof Table & string>
  /** `error`: nothing starts. `warning`: it works, with a risk that the line names. */
  readonly severity: "error" | "warning"
  /** One line that names the variables and the fix, when the relation does not hold. */
  readonly broken: (values: ValuesOf<Table>, given: GivenOf<Table>) => string | undefined
}

/** A section as it is declared. */
export interface SectionParts<Table extends VariableTable, Settings> {
  readonly title: string
  readonly variables: Table
  readonly relations: ReadonlyArray<Relation<Table>>
  readonly settings: (values: ValuesOf<Table>, given: GivenOf<Table>) => Settings
}

/** Variables that are read together, and the settings they make. */
export interface Section<out Settings> extends SectionParts<VariableTable, Settings> {
  readonly preset?: Preset<Settings>
}

/** Makes a section; its relations and settings have the types of its variables. */
export const section = <const Table extends VariableTable, Settings>(
  parts: SectionParts<Table, Settings>
): Section<Settings> =>
  // The reader passes on only what this table decoded, so no type information is needed after this.
  parts as unknown as Section<Settings>

/** The same section, for commands that have such a flag. */
export const withPreset = <Settings, Other>(
  parts: Section<Settings>,
  preset: Preset<Other>
): Section<Settings | Other> => ({ ...parts, preset })
