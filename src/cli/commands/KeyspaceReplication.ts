/** How a keyspace that exists is replicated, where `setup` was asked for something else. */
import { Effect } from "effect"
import { Cassandra } from "../../cassandra/Cassandra.ts"
import type { Replication } from "../../cassandra/Migrator.ts"
import type { TableSettings } from "../../config/Settings.ts"
import { commandStatementsAtOnce } from "../Limits.ts"

/** A note where the keyspace is there and replicated otherwise; none where it is missing. **Errors**: `CassandraError`. */
export const readReplicationNote = (settings: TableSettings) =>
  Effect.scoped(
    Effect.gen(function* () {
      const options = { maxInFlight: commandStatementsAtOnce, useKeyspace: false }
      const cassandra = yield* Cassandra.make(settings, options)
      const { rows } = yield* cassandra.execute({
        query: "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?",
        params: [settings.keyspace]
      })
      const actual = rows[0]?.["replication"] as Readonly<Record<string, string>> | undefined
      return actual === undefined
        ? undefined
        : replicationNote(settings.keyspace, settings.replication, actual)
    })
  )

/** Compares what was asked for with `system_schema`'s map; a note where they differ. */
export const replicationNote = (
  keyspace: string,
  wanted: Replication,
  actual: Readonly<Record<string, string>>
): string | undefined => {
  const written = mapText(actual)
  return written === mapText(mapOf(wanted))
    ? undefined
    : `replication of keyspace ${keyspace} stays ${written}: CASSANDRA_REPLICATION applies only when the ` +
        "keyspace is created; ALTER KEYSPACE changes it"
}

const mapOf = (replication: Replication): Readonly<Record<string, string | number>> =>
  replication._tag === "Simple"
    ? { class: "SimpleStrategy", replication_factor: replication.factor }
    : { class: "NetworkTopologyStrategy", ...replication.factors }

/** As CQL writes it, the class first and without its package, the others by name. */
const mapText = ({ class: strategy, ...factors }: Readonly<Record<string, string | number>>): string => {
  const entries = Object.entries(factors).sort(([one], [other]) => (one < other ? -1 : 1))
  const shown = [["class", String(strategy).split(".").at(-1)], ...entries]
  return `{${shown.map(([key, value]) => `'${key}': '${value}'`).join(", ")}}`
}
