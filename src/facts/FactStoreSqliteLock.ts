/** Tells processes apart that would use the same SQLite file. */
import { Effect, type Scope } from "effect"
import { FactStoreError, FactStoreUnavailable } from "./FactStore.ts"

/**
 * Takes a lock until the scope closes; false where another process has it, or this one already. The lock of a process
 * that died is free.
 *
 * **Shape**: `path` is an empty file, created if it is not there. Its folder has to exist.
 * **Errors**: `FactStoreUnavailable` when it cannot be opened.
 */
export const lockedByUs = (path: string): Effect.Effect<boolean, FactStoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { DatabaseSync } = yield* Effect.promise(() => import("node:sqlite"))
    const database = yield* Effect.acquireRelease(
      attempt(() => new DatabaseSync(path)),
      (opened) => Effect.sync(() => opened.close())
    )
    // The operating system frees the lock when the process ends, however it ends.
    return yield* attempt(() => {
      try {
        database.exec("BEGIN EXCLUSIVE")
        return true
      } catch (cause) {
        if (cause instanceof Error && "errcode" in cause && cause.errcode === busy) return false
        throw cause
      }
    })
  })

const attempt = <A>(work: () => A): Effect.Effect<A, FactStoreError> =>
  Effect.try({
    try: work,
    catch: (cause) => {
      const detail = cause instanceof Error ? cause.message : "SQLite failed"
      return new FactStoreError({ operation: "lock", reason: new FactStoreUnavailable({ detail, cause }) })
    }
  })

/** `SQLITE_BUSY` */
const busy = 5
