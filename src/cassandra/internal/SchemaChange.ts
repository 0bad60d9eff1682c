/** What a statement of a migration makes, read from its text, so that it can be looked for in the cluster. */

/** A column of a table. */
export interface Column {
  readonly name: string
  /** **Shape**: as `system_schema.columns` writes it: `bigint`, `map<text, int>`. */
  readonly type: string
  readonly role: ColumnRole
}

/** What a column is in the primary key of its table. */
export type ColumnRole = "partition key" | "clustering key" | "static" | "value"

/** What one statement makes. Migrations only ever add: a test holds the files of `cql/` to these kinds. */
export type SchemaChange =
  | { readonly _tag: "CreateTable"; readonly table: string; readonly columns: ReadonlyArray<Column> }
  | { readonly _tag: "AddColumns"; readonly table: string; readonly columns: ReadonlyArray<Column> }
  | { readonly _tag: "CreateIndex"; readonly table: string; readonly index: string }
  /** Options of a table, which a table created anew has not. */
  | { readonly _tag: "SetOptions"; readonly table: string }
  /** Anything else, as an `INSERT`: it cannot be seen in the schema. */
  | { readonly _tag: "Unseen" }

/** What this statement makes. **Shape**: without comments, blanks and line breaks as one blank, no quoted names. */
export const schemaChange = (statement: string): SchemaChange => {
  const create = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+) ?\(/i.exec(statement)
  if (create !== null) {
    const body = enclosed(statement, create[0].length)
    return { _tag: "CreateTable", table: nameOf(create[1]), columns: declaredColumns(body) }
  }
  const add = /^ALTER TABLE (?:IF EXISTS )?(\w+) ADD (?:IF NOT EXISTS )?(.+)$/i.exec(statement)
  if (add !== null) {
    const body = (add[2] ?? "").replace(/^\((.*)\)$/, "$1")
    return { _tag: "AddColumns", table: nameOf(add[1]), columns: declaredColumns(body) }
  }
  const index = /^CREATE (?:CUSTOM )?INDEX (?:IF NOT EXISTS )?(\w+) ON (\w+)/i.exec(statement)
  if (index !== null) return { _tag: "CreateIndex", table: nameOf(index[2]), index: nameOf(index[1]) }
  const options = /^ALTER TABLE (?:IF EXISTS )?(\w+) WITH /i.exec(statement)
  if (options !== null) return { _tag: "SetOptions", table: nameOf(options[1]) }
  return { _tag: "Unseen" }
}

/** A type as Cassandra writes it, whoever wrote it: `VARCHAR` is `text`. */
export const normalType = (type: string): string =>
  type
    .toLowerCase()
    .replace(/\s+/g, "")
    .replaceAll(",", ", ")
    .replace(/\bvarchar\b/g, "text")

/** Names that are not quoted mean their lower case. */
const nameOf = (text = ""): string => text.toLowerCase()

/** What stands from here to the bracket that closes the one before. */
const enclosed = (statement: string, start: number): string => {
  let depth = 1
  for (let at = start; at < statement.length; at++) {
    if (statement[at] === "(") depth += 1
    if (statement[at] === ")") depth -= 1
    if (depth === 0) return statement.slice(start, at)
  }
  return statement.slice(start)
}

/** The parts between commas that stand in no bracket. */
const parts = (text: string): ReadonlyArray<string> => {
  const found = [""]
  let depth = 0
  for (const character of text) {
    if (character === "(" || character === "<") depth += 1
    if (character === ")" || character === ">") depth -= 1
    if (character === "," && depth === 0) found.push("")
    else found[found.length - 1] += character
  }
  return found.map((part) => part.trim())
}

const declaredColumns = (body: string): ReadonlyArray<Column> => {
  const declarations = parts(body)
  const key = keyRoles(declarations)
  return declarations.flatMap((declaration) => {
    if (keyClause.test(declaration)) return []
    const [name = "", ...rest] = declaration.split(" ")
    const type = rest.join(" ").replace(/ (PRIMARY KEY|STATIC)$/i, "")
    return [
      { name: nameOf(name), type: normalType(type), role: key.get(nameOf(name)) ?? ownRole(declaration) }
    ]
  })
}

const ownRole = (declaration: string): ColumnRole => {
  if (/ PRIMARY KEY$/i.test(declaration)) return "partition key"
  return / STATIC$/i.test(declaration) ? "static" : "value"
}

const keyClause = /^PRIMARY KEY ?\((.+)\)$/i

/** What the clause `PRIMARY KEY (…)` says of each column it names. */
const keyRoles = (declarations: ReadonlyArray<string>): ReadonlyMap<string, ColumnRole> => {
  const clause = declarations.map((declaration) => keyClause.exec(declaration)?.[1]).find(isThere)
  const [partition = "", ...clustering] = parts(clause ?? "")
  const names = parts(partition.replace(/^\((.*)\)$/, "$1"))
  return new Map<string, ColumnRole>([
    ...names.map((name) => [nameOf(name), "partition key"] as const),
    ...clustering.map((name) => [nameOf(name), "clustering key"] as const)
  ])
}

const isThere = (text: string | undefined): text is string => text !== undefined
