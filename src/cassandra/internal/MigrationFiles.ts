/** A schema as a folder of files `*.cql`, in the order of their names. */
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { Effect } from "effect"

/** One file. */
export interface Migration {
  /** The file's name, as `0001_first.cql`. */
  readonly name: string
  /** Without comments, in the file's order. */
  readonly statements: ReadonlyArray<string>
  /** SHA-256 of the statements: another comment is no change. **Shape**: 64 hexadecimal digits. */
  readonly checksum: string
}

/** Reads a folder's migrations; an unreadable folder is a broken installation, hence a defect. */
export const readMigrations = (folder: string): Effect.Effect<ReadonlyArray<Migration>> =>
  Effect.promise(async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".cql")).sort()
    return Promise.all(
      names.map(async (name) => migration(name, await readFile(`${folder}/${name}`, "utf8")))
    )
  })

/** A migration of this name and text. */
export const migration = (name: string, text: string): Migration => {
  const statements = statementsOf(text)
  return { name, statements, checksum: createHash("sha256").update(statements.join(";")).digest("hex") }
}

// The files hold neither text literals nor block comments: see MigratorOptions.folder.
const statementsOf = (text: string): ReadonlyArray<string> =>
  text
    .replace(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim().replace(/\s+/g, " "))
    .filter((statement) => statement !== "")
