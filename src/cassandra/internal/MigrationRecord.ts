/** The table in which a keyspace remembers its migrations, and the lock that lets one process at a time apply them. */
import { randomUUID } from "node:crypto"
import { Duration, Effect } from "effect"
import type { Cassandra } from "../Cassandra.ts"
import { CassandraError, TimedOut } from "../CassandraError.ts"
import { migrationLockRetryMillis, migrationLockSeconds } from "../Limits.ts"
import type { Migration } from "./MigrationFiles.ts"

/** The lock that lets one process at a time apply migrations. */
export interface MigrationLock {
  /** After which the lock of a process that died is free again. 30 s if absent. **Units**: whole seconds, rounded up. */
  readonly life?: Duration.Duration
  /** How often a process that waits for it tries to take it. 500 ms if absent. */
  readonly retryEvery?: Duration.Duration
}

/** The record of one keyspace. */
export interface MigrationRecord {
  /** The checksums of what was applied, by file name. */
  readonly applied: Effect.Effect<ReadonlyMap<string, string>, CassandraError>
  /** Records that a migration was applied. */
  readonly add: (migration: Migration) => Effect.Effect<void, CassandraError>
  /**
   * Runs an effect while no other process runs one under this lock.
   *
   * **Errors**: `TimedOut` when another process has held the lock for twice its life.
   */
  readonly holdingLock: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E | CassandraError>
}

/** CQL of the record; it also holds the lock, as a row of its own. */
export const createRecordTable = (table: string): string =>
  `CREATE TABLE IF NOT EXISTS ${table} (name text PRIMARY KEY, checksum text, applied_at timestamp)`

/** The record in this table, which must exist. */
export const migrationRecord = (
  cassandra: Cassandra["Service"],
  table: string,
  lock: MigrationLock = {}
): MigrationRecord => ({
  applied: Effect.map(
    cassandra.execute({ query: `SELECT name, checksum FROM ${table}`, params: [] }),
    ({ rows }) =>
      new Map(
        rows
          .filter((row) => row["name"] !== lockName)
          .map((row) => [String(row["name"]), String(row["checksum"])])
      )
  ),
  add: ({ name, checksum }) =>
    Effect.asVoid(
      cassandra.execute({
        query: `INSERT INTO ${table} (name, checksum, applied_at) VALUES (?, ?, toTimestamp(now()))`,
        params: [name, checksum]
      })
    ),
  holdingLock: (effect) =>
    Effect.suspend(() => {
      const holder = randomUUID()
      // Not `acquireUseRelease`, which waits for the lock without an end to an interruption. Released whatever comes of
      // the waiting: a try whose answer was lost may have taken it.
      return acquire(cassandra, table, lock, holder).pipe(
        Effect.andThen(effect),
        Effect.ensuring(release(cassandra, table, holder))
      )
    })
})

const acquire = (
  cassandra: Cassandra["Service"],
  table: string,
  { life, retryEvery }: MigrationLock,
  holder: string
): Effect.Effect<void, CassandraError> =>
  Effect.gen(function* () {
    const lifeSeconds = Math.max(
      1,
      Math.ceil(Duration.toSeconds(life ?? Duration.seconds(migrationLockSeconds)))
    )
    // At least something, or the waiting would have no end.
    const waitMillis = Math.max(1, Duration.toMillis(retryEvery ?? Duration.millis(migrationLockRetryMillis)))
    const query = `INSERT INTO ${table} (name, checksum) VALUES ('${lockName}', ?) IF NOT EXISTS USING TTL ${lifeSeconds}`
    // Twice the lock's life: whoever held it has died, or works longer than any migration may.
    for (let waited = 0; waited < 2 * lifeSeconds * 1_000; waited += waitMillis) {
      const { rows } = yield* cassandra.execute({ query, params: [holder] }, { isIdempotent: false })
      // A try whose answer was lost may have succeeded all the same.
      if (rows[0]?.["[applied]"] === true || rows[0]?.["checksum"] === holder) return
      yield* Effect.sleep(waitMillis)
    }
    const detail = "another process has been applying migrations for too long"
    return yield* new CassandraError({
      operation: "lock migrations",
      reason: new TimedOut({ detail, cause: undefined })
    })
  })

// A lock that cannot be released ends by itself.
const release = (cassandra: Cassandra["Service"], table: string, holder: string): Effect.Effect<void> =>
  Effect.ignore(
    cassandra.execute(
      { query: `DELETE FROM ${table} WHERE name = '${lockName}' IF checksum = ?`, params: [holder] },
      { isIdempotent: false }
    )
  )

const lockName = "lock"
