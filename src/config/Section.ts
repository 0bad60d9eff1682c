/** Variables that are read together, and the settings they make. */
import type { ValueOf, Variable } from "./Variable.ts"

/** The variables of a section by the name they have in code. */
export type VariableTable = Readonly<Record<string, Variable<unknown>>>

/** The decoded values of a section's variables. */
export type ValuesOf<Table extends VariableTable> = { readonly [Key in keyof Table]: ValueOf<Table[Key]> }

/** What the user set himself: the name by which he did, a flag's or a variable's. */
export type GivenOf<Table extends VariableTable> = { readonly [Key in keyof Table]?: string }

/** What two or more values have to do with one another; not asked when one of them could not be read. */
export interface Relation<Table extends VariableTable> {
  readonly of: ReadonlyArray<keyof Table & string>
  /** `error`: nothing starts. `warning`: it works, at a risk the line names. */
  readonly severity: "error" | "warning"
  /** One line that names the variables and the mend, when the relation does not hold. */
  readonly broken: (values: ValuesOf<Table>, given: GivenOf<Table>) => string | undefined
}

/** A section as it is written down. */
export interface SectionParts<Table extends VariableTable, Settings> {
  readonly title: string
  readonly variables: Table
  readonly relations: ReadonlyArray<Relation<Table>>
  readonly settings: (values: ValuesOf<Table>, given: GivenOf<Table>) => Settings
}

/** Variables that are read together, and the settings they make. */
export interface Section<out Settings> extends SectionParts<VariableTable, Settings> {}

/** Makes a section whose relations and settings know the types of its variables. */
export const section = <const Table extends VariableTable, Settings>(
  parts: SectionParts<Table, Settings>
): Section<Settings> =>
  // The reader hands over what this very table decoded, so forgetting the table's type loses nothing.
  parts as unknown as Section<Settings>
