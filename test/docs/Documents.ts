/** The documents that a user reads. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The root of the repository. */
export const root = join(import.meta.dirname, "..", "..")

/** Every document, from the root of the repository. */
export const documents: ReadonlyArray<string> = globSync(
  ["*.md", "bench/*.md", "deploy/**/*.md", "docs/**/*.md", "examples/**/*.md"],
  { cwd: root, exclude: ["**/node_modules/**"] }
).toSorted()

/** The text of a file, by its path from the root of the repository. */
export const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** The npm scripts, by their names. */
export const scripts: Readonly<Record<string, string>> = JSON.parse(read("package.json")).scripts
