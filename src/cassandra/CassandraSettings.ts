/** Settings of a connection; whatever is absent has a safe default. */
import type { Redacted } from "effect"

/** Where a cluster is, and how it is spoken to. */
export interface CassandraSettings {
  /** `host` or `host:port`; empty only with a secure bundle. */
  readonly contactPoints: ReadonlyArray<string>
  /** Its nodes are asked, and no others. */
  readonly localDataCenter: string
  readonly keyspace: string
  /** Of reads and writes alike. `LOCAL_QUORUM` if absent. */
  readonly consistency?: Consistency | undefined
  readonly credentials?: { readonly username: string; readonly password: Redacted.Redacted } | undefined
  /** Absent: no TLS. Without a file the authorities Node knows are trusted; the server's identity is always verified. */
  readonly tls?: { readonly caFile?: string | undefined } | undefined
  /** The secure-connect file of an Astra database, in place of contact points, data centre and TLS. */
  readonly secureBundle?: string | undefined
  /** What the cluster lists its connections under, in `system_views.clients`. `counterfoil` if absent. */
  readonly applicationName?: string | undefined
}

/** The consistency levels of reads and writes. */
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
