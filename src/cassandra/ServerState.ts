/** How the servers of a cluster are set up: their settings, guardrails and clocks, and what a role may do. */
import { Clock, Effect } from "effect"
import type { Cassandra } from "./Cassandra.ts"
import type { CassandraError } from "./CassandraError.ts"
import { allRows } from "./internal/AllRows.ts"
import { type Known, orUnknown } from "./Knowledge.ts"

type Read<A> = Effect.Effect<Known<A>, CassandraError>

/** The settings of one server by name, as texts; undefined for one that has no value. */
export type ServerSettings = ReadonlyMap<string, string | undefined>

/**
 * The settings of the server that answers. Secrets are not among them: Cassandra hides them.
 *
 * **Source**: `system_views.settings`, of Cassandra 4.0 on.
 */
export const readServerSettings = (cassandra: Cassandra["Service"]): Read<ServerSettings> =>
  orUnknown(
    Effect.map(
      allRows(cassandra, { query: "SELECT name, value FROM system_views.settings", params: [] }),
      (rows) =>
        new Map(
          rows.map((row) => [String(row["name"]), row["value"] === null ? undefined : String(row["value"])])
        )
    )
  )

/** A limit of the cluster on what clients do; at least one of the two is set. */
export interface Guardrail {
  /** **Shape**: the setting's name without its end: `column_value_size`, `minimum_timestamp`. */
  readonly name: string
  /** Beyond this it warns. **Shape**: as the setting is written: `1MiB`, `5`. */
  readonly warn: string | undefined
  /** Beyond this it refuses. */
  readonly fail: string | undefined
}

/** The guardrails that are set, of Cassandra 4.1 on: `…_warn_threshold` and `…_fail_threshold`. */
export const guardrailsOf = (settings: ServerSettings): ReadonlyArray<Guardrail> => {
  const names = new Set([...settings.keys()].flatMap((name) => threshold.exec(name)?.[1] ?? []))
  const valueOf = (name: string): string | undefined => {
    const value = settings.get(name)
    return value === off ? undefined : value
  }
  return [...names]
    .map((name) => ({
      name,
      warn: valueOf(`${name}_warn_threshold`),
      fail: valueOf(`${name}_fail_threshold`)
    }))
    .filter(({ warn, fail }) => warn !== undefined || fail !== undefined)
}

const threshold = /^(.+)_(?:warn|fail)_threshold$/

/** How Cassandra writes a threshold that is not set, where it is a number. */
const off = "-1"

/** What a role may do. */
export interface RoleRights {
  /** It may do everything, whatever is granted. */
  readonly isSuperuser: boolean
  /** Its own, and those of the roles it was granted. */
  readonly grants: ReadonlyArray<Grant>
}

/** A permission that a role has. */
export interface Grant {
  /** **Shape**: as Cassandra writes it: `<keyspace shop>`, `<table shop.items>`, `<all keyspaces>`. */
  readonly resource: string
  /** **Shape**: `SELECT`, `MODIFY`, `CREATE`, … */
  readonly permission: string
}

/** What a role may do. Each role may ask about itself; a cluster without authorization does not know. */
export const readRights = (cassandra: Cassandra["Service"], role: string): Read<RoleRights> =>
  orUnknown(
    Effect.gen(function* () {
      const name = `'${role.replaceAll("'", "''")}'`
      const ask = (query: string) => allRows(cassandra, { query, params: [] }, { prepare: false })
      const roles = yield* ask(`LIST ROLES OF ${name}`)
      const permissions = yield* ask(`LIST ALL PERMISSIONS OF ${name}`)
      return {
        isSuperuser: roles.some((row) => row["super"] === true),
        grants: permissions.map((row) => ({
          resource: String(row["resource"]),
          permission: String(row["permission"])
        }))
      }
    })
  )

/** How far the clock of the server that answers is ahead of ours. */
export interface ClockOffset {
  /** Negative: it is behind. **Units**: milliseconds. */
  readonly millis: number
  /** The true offset is within so much of it. **Units**: milliseconds. */
  readonly uncertaintyMillis: number
}

/** Compares the clock of the server that answers with ours, by one small request. */
export const readClockOffset = (cassandra: Cassandra["Service"]): Read<ClockOffset> =>
  orUnknown(
    Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      const { rows } = yield* cassandra.execute(
        { query: "SELECT toUnixTimestamp(now()) AS millis FROM system.local", params: [] },
        { prepare: false }
      )
      const after = yield* Clock.currentTimeMillis
      // One more for each clock, which both show whole milliseconds.
      return {
        millis: Number(rows[0]?.["millis"]) - (before + after) / 2,
        uncertaintyMillis: (after - before) / 2 + 2
      }
    })
  )
