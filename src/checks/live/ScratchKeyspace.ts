/** A scratch keyspace: made, prepared by somebody, or left by a doctor that was killed. */
import { Clock, Effect, Result } from "effect"
import type { Cassandra } from "../../cassandra/Cassandra.ts"
import type { CassandraError } from "../../cassandra/CassandraError.ts"
import type { CassandraSettings } from "../../cassandra/CassandraSettings.ts"
import type { MigrationRefused } from "../../cassandra/MigrationRefused.ts"
import * as Migrator from "../../cassandra/Migrator.ts"
import { type KeyspaceReplication, readColumns } from "../../cassandra/TableSchema.ts"
import { factTable } from "../../facts/FactStatements.ts"
import { migrationFolder } from "../../facts/MigrationFolder.ts"
import { progressTable } from "../../facts/ProgressStatements.ts"
import { identifier, tableName } from "../Cql.ts"
import type { ScratchRefused } from "./LiveReading.ts"
import type { Scratch, ScratchThing } from "./Scratch.ts"
import { isLeftBehind, scratchKeyspacePrefix } from "./ScratchNames.ts"

/** Makes the keyspace of these settings, and the tables in it. Fails with what is not allowed, and which flag names a prepared one. */
export const makeScratchKeyspace = (
  scratch: Scratch,
  cassandra: Cassandra["Service"],
  settings: CassandraSettings,
  replication: Migrator.Replication
): Effect.Effect<void, ScratchRefused> =>
  scratch
    .make(
      keyspaceThing(cassandra, settings.keyspace),
      Migrator.apply(settings, { folder: migrationFolder, replication })
    )
    .pipe(
      Effect.asVoid,
      Effect.mapError((error) => notMade(error, settings))
    )

const notMade = (
  error: CassandraError | MigrationRefused,
  { credentials }: CassandraSettings
): ScratchRefused => {
  const role = credentials?.username ?? "the role"
  const isDenied = error._tag === "CassandraError" && error.reason._tag === "Unauthorized"
  return {
    found: isDenied
      ? `role ${role} may not create a keyspace: CREATE on all keyspaces is missing`
      : `a scratch keyspace cannot be made: ${error.message}`,
    expected: "a role that may create keyspaces, for the time of the proof, or a prepared keyspace",
    remedy: `GRANT CREATE ON ALL KEYSPACES TO ${identifier(role)}, or \`counterfoil setup cassandra --cassandra-keyspace NAME\` by somebody who may, and \`--live-keyspace NAME\``
  }
}

/** How a keyspace like that is made; undefined where it is replicated in a way that cannot be asked for. */
export const replicationLike = (
  actual: KeyspaceReplication | undefined
): Migrator.Replication | undefined => {
  const { replication_factor: factor, ...factors } = actual?.factors ?? {}
  if (actual?.strategy === "SimpleStrategy" && factor !== undefined) return { _tag: "Simple", factor }
  return actual?.strategy === "NetworkTopologyStrategy" ? { _tag: "PerDataCenter", factors } : undefined
}

/** Sees that a prepared keyspace has the tables; its rows of this proof are removed at the end. Fails with what is missing. */
export const findPreparedKeyspace = (
  scratch: Scratch,
  cassandra: Cassandra["Service"],
  keyspace: string,
  orderIds: ReadonlyArray<number>
): Effect.Effect<void, ScratchRefused> =>
  Effect.gen(function* () {
    for (const table of [factTable, progressTable]) {
      const columns = yield* readColumns(cassandra, { keyspace, table })
      if (Result.isSuccess(columns) && columns.success.length === 0) {
        return yield* Effect.fail<ScratchRefused>({
          found: `the prepared keyspace ${keyspace} has no table ${table}`,
          expected: "the tables of Counterfoil",
          remedy: `\`counterfoil setup cassandra --cassandra-keyspace ${keyspace}\``
        })
      }
    }
    yield* scratch.make(rowsThing(cassandra, keyspace, orderIds), Effect.void)
  }).pipe(
    Effect.catchTag("CassandraError", ({ message }) =>
      Effect.fail<ScratchRefused>({
        found: `the prepared keyspace ${keyspace} cannot be looked at: ${message}`,
        expected: "an answer",
        remedy: "look at Cassandra's log"
      })
    )
  )

/** What doctors have left that were killed over an hour ago. Fails with why it cannot be looked for. */
export const leftKeyspaces = (
  cassandra: Cassandra["Service"]
): Effect.Effect<ReadonlyArray<ScratchThing>, string> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { rows } = yield* cassandra.execute({
      query: "SELECT keyspace_name FROM system_schema.keyspaces",
      params: []
    })
    return rows
      .map((row) => String(row["keyspace_name"]))
      .filter((name) => name.startsWith(scratchKeyspacePrefix) && isLeftBehind(name, now))
      .map((name) => keyspaceThing(cassandra, name))
  }).pipe(Effect.mapError(({ message }) => message))

const keyspaceThing = (cassandra: Cassandra["Service"], keyspace: string): ScratchThing => ({
  what: `keyspace ${keyspace}`,
  remove: Effect.mapError(
    cassandra.execute(
      { query: `DROP KEYSPACE IF EXISTS ${identifier(keyspace)}`, params: [] },
      { prepare: false }
    ),
    ({ message }) => message
  ),
  remedy: `DROP KEYSPACE ${identifier(keyspace)}`
})

/** The rows of a proof in a prepared keyspace. Above every version they can have, whatever clocks differ by. */
const rowsThing = (
  cassandra: Cassandra["Service"],
  keyspace: string,
  orderIds: ReadonlyArray<number>
): ScratchThing => {
  const table = tableName(keyspace, factTable)
  const [first = 0, last = first] = [orderIds[0], orderIds.at(-1)]
  return {
    what: `rows ${first} to ${last} of ${table}`,
    remove: Effect.gen(function* () {
      const micros = BigInt(yield* Clock.currentTimeMillis) * 1000n + clocksDifferMicros
      yield* Effect.forEach(
        orderIds,
        (orderId) =>
          cassandra.execute({
            query: `DELETE FROM ${table} USING TIMESTAMP ? WHERE order_id = ?`,
            params: [micros, BigInt(orderId)]
          }),
        { concurrency: 4, discard: true }
      )
    }).pipe(Effect.mapError(({ message }) => message)),
    remedy: `TRUNCATE ${table}`
  }
}

const clocksDifferMicros = 60_000_000n
