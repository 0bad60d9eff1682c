/** Where the demo keeps its table: a new file that no other demo uses. */
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Data, Effect, type Scope } from "effect"
import { lockedByUs } from "../../facts/FactStoreSqliteLock.ts"
import { demosAtOnce } from "../Limits.ts"

/** The demo cannot keep a file in its folder. The command exits 2. */
export class DemoFolderUnusable extends Data.TaggedError("DemoFolderUnusable")<{
  readonly folder: string
  readonly detail: string
}> {
  readonly isRetryable = false

  override get message(): string {
    return `the demo keeps its table in ${this.folder}: ${this.detail}`
  }
}

/**
 * Takes the first of `demo.sqlite`, `demo-2.sqlite` … that no running demo has, until the scope closes, and removes
 * what an earlier demo left there: the same seed shows the same rows.
 *
 * **Errors**: `DemoFolderUnusable`.
 */
export const claimDemoFile = (folder: string): Effect.Effect<string, DemoFolderUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    const unusable = (cause: unknown) =>
      new DemoFolderUnusable({ folder, detail: cause instanceof Error ? cause.message : String(cause) })
    const attempt = (work: () => void) => Effect.try({ try: work, catch: unusable })

    yield* attempt(() => {
      // Not recursive: below /proc, Node would then try indefinitely.
      if (!existsSync(folder)) mkdirSync(folder)
    })
    for (let number = 1; number <= demosAtOnce; number++) {
      const path = join(folder, number === 1 ? "demo" : `demo-${number}`)
      const isOurs = yield* Effect.mapError(lockedByUs(`${path}.lock`), unusable)
      if (!isOurs) continue
      const file = `${path}.sqlite`
      yield* attempt(() => {
        for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
      })
      return file
    }
    return yield* new DemoFolderUnusable({ folder, detail: `${demosAtOnce} demos run there already` })
  })
