/** The schema as files: `cql/*.cql`, in the order of their names. */
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"

/** One file of `cql/`. */
export interface Migration {
  /** The file's name, as `0001_orders_payments_facts.cql`. */
  readonly name: string
  /** Without comments, in the file's order. */
  readonly statements: ReadonlyArray<string>
  /** SHA-256 of the statements: a mended comment is no change. **Shape**: 64 hexadecimal digits. */
  readonly checksum: string
}

/** Where the files are: beside `src` in a clone, beside `dist` in an installed package. */
export const migrationFolder = fileURLToPath(new URL("../../../cql/", import.meta.url))

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

// Our files hold neither text literals nor block comments; MigrationFiles.test.ts holds them to it.
const statementsOf = (text: string): ReadonlyArray<string> =>
  text
    .replace(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim().replace(/\s+/g, " "))
    .filter((statement) => statement !== "")
