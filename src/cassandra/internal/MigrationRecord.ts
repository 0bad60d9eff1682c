/** The table in which a keyspace remembers its migrations, and the lock that lets one process at a time apply them. */
import { randomUUID } from "node:crypto"
import { Effect } from "effect"
import type { Cassandra } from "../Cassandra.ts"
import { CassandraError, TimedOut } from "../CassandraError.ts"
import { migrationLockSeconds } from "../Limits.ts"
import type { Migration } from "./MigrationFiles.ts"

type Connected = Cassandra["Service"]

/** The record's name. */
export const migrationsTable = "counterfoil_migrations"

/** CQL of the record; it also holds the lock, as a row of its own. */
export const createMigrationsTable = `CREATE TABLE IF NOT EXISTS ${migrationsTable} (name text PRIMARY KEY, checksum text, applied_at timestamp)`

/** The checksums of what was applied, by file name. */
export const readApplied = (
  cassandra: Connected
): Effect.Effect<ReadonlyMap<string, string>, CassandraError> =>
  Effect.map(
    cassandra.execute({ query: "SELECT name, checksum FROM counterfoil_migrations", params: [] }),
    ({ rows }) =>
      new Map(
        rows
          .filter((row) => row["name"] !== lockName)
          .map((row) => [String(row["name"]), String(row["checksum"])])
      )
  )

/** Records that a migration was applied. */
export const markApplied = (
  cassandra: Connected,
  { name, checksum }: Migration
): Effect.Effect<void, CassandraError> =>
  Effect.asVoid(
    cassandra.execute({
      query:
        "INSERT INTO counterfoil_migrations (name, checksum, applied_at) VALUES (?, ?, toTimestamp(now()))",
      params: [name, checksum]
    })
  )

/**
 * Runs an effect while no other process runs one under this lock. The lock of a process that died is free again
 * after `migrationLockSeconds`.
 */
export const holdingLock = <A, E>(
  cassandra: Connected,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E | CassandraError> =>
  Effect.suspend(() => {
    const holder = randomUUID()
    return Effect.acquireUseRelease(
      acquire(cassandra, holder),
      () => effect,
      () => release(cassandra, holder)
    )
  })

const acquire = (cassandra: Connected, holder: string): Effect.Effect<void, CassandraError> =>
  Effect.gen(function* () {
    // Twice the lock's life: whoever held it has died, or works longer than any migration may.
    for (let tries = 0; tries < migrationLockSeconds * 4; tries++) {
      const { rows } = yield* cassandra.execute(
        {
          query: `INSERT INTO counterfoil_migrations (name, checksum) VALUES ('${lockName}', ?) IF NOT EXISTS USING TTL ${migrationLockSeconds}`,
          params: [holder]
        },
        { isIdempotent: false }
      )
      // A try whose answer was lost may have succeeded all the same.
      if (rows[0]?.["[applied]"] === true || rows[0]?.["checksum"] === holder) return
      yield* Effect.sleep("500 millis")
    }
    const detail = "another process has been applying migrations for too long"
    return yield* new CassandraError({
      operation: "lock migrations",
      reason: new TimedOut({ detail, cause: undefined })
    })
  })

// A lock that cannot be released ends by itself.
const release = (cassandra: Connected, holder: string): Effect.Effect<void> =>
  Effect.ignore(
    cassandra.execute(
      {
        query: `DELETE FROM counterfoil_migrations WHERE name = '${lockName}' IF checksum = ?`,
        params: [holder]
      },
      { isIdempotent: false }
    )
  )

const lockName = "lock"
