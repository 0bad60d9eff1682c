/** A cluster on which every check passes, and the parts of others. */
import { Result } from "effect"
import type { Node } from "../../src/cassandra/Cassandra.ts"
import type { Column } from "../../src/cassandra/TableSchema.ts"
import { judgeCassandra } from "../../src/checks/CassandraChecks.ts"
import type { CassandraPlan, CassandraReading } from "../../src/checks/CassandraReading.ts"
import type { Unread } from "../../src/checks/Reading.ts"
import { codesIn, sentenceIn } from "./Judged.ts"

/** See {@link good}. */
export const day = 86_400_000
/** See {@link good}. */
export const now = Date.parse("2026-11-26T00:00:00Z")

/** See {@link good}. */
export const id: Column = { name: "order_id", type: "bigint", role: "partition key" }
/** See {@link good}. */
export const item: Column = { name: "item", type: "text", role: "value" }
/** See {@link good}. */
export const price: Column = { name: "price", type: "double", role: "value" }

/** See {@link good}. */
export const plan: CassandraPlan = {
  keyspace: "shop",
  localDataCenter: "dc1",
  consistency: "LOCAL_QUORUM",
  localQuorumTable: "counterfoil_progress",
  role: "app",
  tables: new Map([
    ["facts", [id, item, price]],
    ["progress", [id]]
  ]),
  factTable: "facts",
  retentionMillis: 7 * day,
  nowMillis: now
}

/** See {@link good}. */
export const nodes = (...dataCenters: ReadonlyArray<string>): ReadonlyArray<Node> =>
  dataCenters.map((dataCenter, index) => ({
    address: `10.0.0.${index + 1}:9042`,
    dataCenter,
    rack: "r1",
    releaseVersion: "5.0.8",
    isUp: true
  }))

/** See {@link good}. */
export const network = (factors: Readonly<Record<string, number>>) =>
  Result.succeed({ strategy: "NetworkTopologyStrategy", factors })

/** See {@link good}. */
export const simple = (copies: number) =>
  Result.succeed({ strategy: "SimpleStrategy", factors: { replication_factor: copies } })

/** See {@link good}. */
export const rights = (...grants: ReadonlyArray<readonly [permission: string, resource: string]>) =>
  Result.succeed({
    isSuperuser: false,
    grants: grants.map(([permission, resource]) => ({ permission, resource }))
  })

/** See {@link good}. */
export const columns = (facts: ReadonlyArray<Column>, progress: ReadonlyArray<Column> = [id]) =>
  new Map([
    ["facts", Result.succeed(facts)],
    ["progress", Result.succeed(progress)]
  ])

/** See {@link good}. */
export const settings = (...entries: ReadonlyArray<readonly [string, string]>) =>
  Result.succeed(new Map(entries))

/** See {@link good}. */
export const index = (kind: string, target: string, implementation?: string) =>
  Result.succeed([{ name: "by_it", kind, target, implementation }])

/** See {@link good}. */
export const unread = (why: Unread["why"]) => Result.fail({ why, detail: "so it is" })

const bothRights = rights(["SELECT", "<keyspace shop>"], ["MODIFY", "<keyspace shop>"])

/** A reading in which every check passes. */
export const good: CassandraReading = {
  plan,
  columns: columns([id, item, price]),
  droppedColumns: Result.succeed([]),
  indexes: Result.succeed([]),
  options: Result.succeed({ defaultTimeToLiveSeconds: 0, gcGraceSeconds: 864_000 }),
  replication: network({ dc1: 3 }),
  nodes: nodes("dc1", "dc1", "dc1"),
  settings: settings(["user_timestamps_enabled", "true"]),
  rights: bothRights,
  emptyWrite: unread("unanswered")
}

/** `fatal CF-201` for each finding, and what the first says. */
export const found = (changes: Partial<CassandraReading>) => {
  const results = judgeCassandra({ ...good, ...changes })
  return { codes: codesIn(results), sentence: sentenceIn(results) }
}

/** A column that was dropped so long ago. */
export const dropped = (name: string, daysAgo: number) =>
  Result.succeed([{ name, type: "text", droppedAtMillis: now - daysAgo * day }])

/** Another plan. */
export const withPlan = (changes: Partial<CassandraPlan>) => ({ plan: { ...plan, ...changes } })
