/** Checks of the servers' settings: that they take the write times which make replays harmless (G2). */
import { Result } from "effect"
import { guardrailsOf } from "../cassandra/ServerState.ts"
import type { CassandraReading } from "./CassandraReading.ts"
import type { Check, Problem } from "./Check.ts"
import { whenRead } from "./Reading.ts"

const clientTimestampsTaken: Check<CassandraReading> = {
  code: "CF-401",
  group: "cassandra",
  title: "the servers take write times of clients",
  worst: "fatal",
  remedy: "`user_timestamps_enabled: true` in cassandra.yaml of every node",
  needs: [],
  judge: (reading) => {
    const { emptyWrite } = reading
    // What the cluster does says more than what one node's settings say.
    if (Result.isSuccess(emptyWrite)) return []
    // Not where the time is too old for a guardrail: CF-402 tells of that.
    if (/user provided timestamps/i.test(emptyWrite.failure.detail) && emptyWrite.failure.why === "absent")
      return [refused]
    return whenGuarded(reading, (settings) =>
      settings.get("user_timestamps_enabled") === "false" ? [refused] : []
    )
  }
}

const refused: Problem = {
  severity: "fatal",
  found: "the servers refuse write times of clients (`user_timestamps_enabled: false`)",
  expected: "true: each row is written at the publish time of its message",
  remedy: "set `user_timestamps_enabled: true` in cassandra.yaml of every node, and restart it"
}

const oldMessagesTaken: Check<CassandraReading> = {
  code: "CF-402",
  group: "cassandra",
  title: "the servers take write times as old as a message may be",
  worst: "warning",
  remedy: "raise `minimum_timestamp_…_threshold` in cassandra.yaml of every node",
  needs: ["CF-401"],
  judge: (reading) =>
    whenGuarded(reading, (settings) =>
      guardrailsOf(settings)
        .filter(({ name }) => name === "minimum_timestamp")
        .flatMap(({ fail, warn }): ReadonlyArray<Problem> => {
          const { retentionMillis } = reading.plan
          const tight = [fail, warn].find((limit) => (millisOf(limit) ?? Infinity) < retentionMillis)
          if (tight === undefined) return []
          const [setting, does] = tight === fail ? ["fail", "refuse"] : ["warn", "warn of"]
          const days = `${Math.ceil(retentionMillis / dayMillis)}d`
          return [
            {
              severity: "warning",
              found: `the servers ${does} write times older than ${tight} (minimum_timestamp_${setting}_threshold), and the subscriptions keep messages for ${days}`,
              expected: "a threshold of no less than that",
              remedy: `set \`minimum_timestamp_${setting}_threshold: ${days}\` in cassandra.yaml of every node, and restart it`
            }
          ]
        })
    )
}

/** Guardrails are for those who are logged in and no super-users. **Source**: `Guardrail.enabled` of Cassandra 5.0. */
export const whenGuarded = (
  { rights, settings }: CassandraReading,
  judge: (settings: ReadonlyMap<string, string | undefined>) => ReadonlyArray<Problem>
) => {
  const isExempt = rights === undefined || (Result.isSuccess(rights) && rights.success.isSuperuser)
  return isExempt ? [] : whenRead(settings, judge)
}

const dayMillis = 86_400_000

const unitMillis: Readonly<Record<string, number>> = {
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: dayMillis
}

/** A duration as Cassandra writes it, `7d` or `500ms`; undefined for none, and for what it is not. */
const millisOf = (text: string | undefined): number | undefined => {
  const [, count, unit = ""] = /^(\d+) ?([a-zµ]+)$/.exec(text ?? "") ?? []
  const millis = unitMillis[unit]
  return count === undefined || millis === undefined ? undefined : Number(count) * millis
}

/** The checks of settings. */
export const serverChecks: ReadonlyArray<Check<CassandraReading>> = [clientTimestampsTaken, oldMessagesTaken]
