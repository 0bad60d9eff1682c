/** Where a Cassandra cluster is, and how it is spoken to. */
import type { Option, Redacted } from "effect"

/** Where Cassandra is and how it is spoken to. */
export interface CassandraSettings {
  /** `host` or `host:port`; empty only with a secure bundle. */
  readonly contactPoints: ReadonlyArray<string>
  readonly localDataCenter: string
  readonly keyspace: string
  readonly replication: Replication
  readonly consistency: Consistency
  readonly credentials: Option.Option<{ readonly username: string; readonly password: Redacted.Redacted }>
  readonly tls: Option.Option<{ readonly caFile: Option.Option<string> }>
  readonly secureBundle: Option.Option<string>
}

/** The consistency levels a user may choose for reads and writes. */
export const consistencies = [
  "ONE",
  "TWO",
  "THREE",
  "QUORUM",
  "ALL",
  "LOCAL_QUORUM",
  "EACH_QUORUM",
  "LOCAL_ONE"
] as const

/** One of {@link consistencies}. */
export type Consistency = (typeof consistencies)[number]

/** How `setup` creates the keyspace. */
export type Replication =
  | { readonly _tag: "Simple"; readonly factor: number }
  | { readonly _tag: "PerDataCenter"; readonly factors: Readonly<Record<string, number>> }
