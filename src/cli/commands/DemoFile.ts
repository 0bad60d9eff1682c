/** Where the demo keeps its table and its dead letters: files that no other process uses. */
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"
import { Data, Effect, type Scope } from "effect"
import type { FactStoreError } from "../../facts/FactStore.ts"
import { lockedByUs } from "../../facts/FactStoreSqliteLock.ts"
import { demosAtOnce } from "../Limits.ts"

/** The files of a demo. */
export interface DemoFiles {
  /** The fact table, in SQLite. */
  readonly table: string
  /** What was in the dead-letter subscription at the demo's end, in the format of `dlq export`. */
  readonly deadLetters: string
  /** Whether it is the demo that commands with `--demo` work on. */
  readonly isFirst: boolean
}

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

/** No demo has ended in the folder. The command exits 1. */
export class DemoMissing extends Data.TaggedError("DemoMissing")<{ readonly folder: string }> {
  override get message(): string {
    return `there is no ended demo in ${this.folder}`
  }
}

/** Another process works with the files of the demo. The command exits 1. */
export class DemoInUse extends Data.TaggedError("DemoInUse")<{ readonly folder: string }> {
  override get message(): string {
    return `a demo that runs, or another command with --demo, uses ${this.folder}`
  }
}

/** Where demos keep their files, below the working directory. */
export const demoFolder = (): string => resolve(".counterfoil")

/**
 * Takes the first of `demo.sqlite`, `demo-2.sqlite` … that no running demo has, until the scope closes, and removes
 * what an earlier demo left there: the same seed shows the same rows.
 *
 * **Errors**: `DemoFolderUnusable`.
 */
export const claimDemoFiles = (folder: string): Effect.Effect<DemoFiles, DemoFolderUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    const unusable = (cause: unknown) =>
      new DemoFolderUnusable({ folder, detail: cause instanceof Error ? cause.message : String(cause) })
    const attempt = (work: () => void) => Effect.try({ try: work, catch: unusable })

    yield* attempt(() => {
      // Not recursive: below /proc, Node would then try indefinitely.
      if (!existsSync(folder)) mkdirSync(folder)
    })
    for (let number = 1; number <= demosAtOnce; number++) {
      const isOurs = yield* Effect.mapError(lockedByUs(`${pathOf(folder, number)}.lock`), unusable)
      if (!isOurs) continue
      const files = filesOf(folder, number)
      yield* attempt(() => {
        rmSync(files.deadLetters, { force: true })
        for (const suffix of ["", "-wal", "-shm"]) rmSync(files.table + suffix, { force: true })
      })
      return files
    }
    return yield* new DemoFolderUnusable({ folder, detail: `${demosAtOnce} demos run there already` })
  })

/** The files of the first demo of a folder. **Errors**: `DemoMissing`, or `DemoInUse` where it has not ended yet. */
export const endedDemoFiles = (
  folder: string
): Effect.Effect<DemoFiles, DemoMissing | DemoInUse | FactStoreError> =>
  Effect.gen(function* () {
    const files = filesOf(folder, 1)
    if (!existsSync(files.table)) return yield* new DemoMissing({ folder })
    if (existsSync(files.deadLetters)) return files
    const hasEnded = yield* Effect.scoped(lockedByUs(`${pathOf(folder, 1)}.lock`))
    return yield* hasEnded ? new DemoMissing({ folder }) : new DemoInUse({ folder })
  })

/** The same for this process alone, until the scope closes. **Errors**: also `DemoInUse`. */
export const takenDemoFiles = (
  folder: string
): Effect.Effect<DemoFiles, DemoMissing | DemoInUse | FactStoreError, Scope.Scope> =>
  Effect.gen(function* () {
    // Without the folder there is nothing to lock.
    if (!existsSync(folder)) return yield* new DemoMissing({ folder })
    if (!(yield* lockedByUs(`${pathOf(folder, 1)}.lock`))) return yield* new DemoInUse({ folder })
    return yield* endedDemoFiles(folder)
  })

const pathOf = (folder: string, number: number): string =>
  join(folder, number === 1 ? "demo" : `demo-${number}`)

const filesOf = (folder: string, number: number): DemoFiles => ({
  table: `${pathOf(folder, number)}.sqlite`,
  deadLetters: `${pathOf(folder, number)}-dead-letters.ndjson`,
  isFirst: number === 1
})
