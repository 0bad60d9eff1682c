/** A folder for files of dead letters, removed with the scope. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"

/** A folder. */
export interface DeadLetterFolder {
  readonly path: (name: string) => string
  readonly names: () => ReadonlyArray<string>
  readonly read: (name: string) => string
  /** Writes a file, as somebody's editor does. */
  readonly write: (name: string, text: string | Uint8Array) => string
  /** The permissions of a file. */
  readonly mode: (name: string) => number
}

/** An empty folder. */
export const deadLetterFolder: Effect.Effect<DeadLetterFolder, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-dead-letters-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => {
    const path = (name: string) => join(folder, name)
    return {
      path,
      names: () => readdirSync(folder),
      read: (name) => readFileSync(path(name), "utf8"),
      write: (name, text) => {
        writeFileSync(path(name), text)
        return path(name)
      },
      mode: (name) => statSync(path(name)).mode & 0o777
    }
  }
)
