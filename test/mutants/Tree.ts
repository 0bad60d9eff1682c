/** A copy of the repository that may be broken. */
import { execFileSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect, type Scope } from "effect"
import { cacheFolder } from "../support/Cache.ts"
import { broken, type Mutant } from "./Mutant.ts"

/** A copy of the repository that may be broken. */
export interface Tree {
  readonly folder: string
  /** Runs an effect while the mutant is in the copy. */
  readonly whileBroken: <A, E, R>(mutant: Mutant, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** The repository's root. */
export const root = join(import.meta.dirname, "..", "..")

/** Copies what git knows and what is new, links to `node_modules`, and removes the copy with the scope. */
export const copyOfTree: Effect.Effect<Tree, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(copied),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
).pipe(
  Effect.map((folder) => ({
    folder,
    whileBroken: (mutant, effect) =>
      Effect.acquireUseRelease(
        Effect.sync(() => change(join(folder, mutant.file), (source) => broken(mutant, source))),
        () => effect,
        (before) => Effect.sync(() => change(join(folder, mutant.file), () => before))
      )
  }))
)

function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), "counterfoil-mutants-"))
  const listing = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8"
  })
  for (const path of listing.split("\0")) {
    if (path === "" || !existsSync(join(root, path))) continue
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    cpSync(join(root, path), join(folder, path))
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  // What the test servers need is there already, and their logs outlive the copy.
  symlinkSync(cacheFolder(), join(folder, ".cache"))
  return folder
}

/** Answers what stood there before. */
const change = (path: string, to: (source: string) => string): string => {
  const before = readFileSync(path, "utf8")
  writeFileSync(path, to(before))
  return before
}
