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
  readonly credentials?: Credentials | undefined
  /** Absent: no TLS. */
  readonly tls?: TlsSettings | undefined
  /** The secure-connect file of an Astra database, in place of contact points, data centre and TLS. */
  readonly secureBundle?: string | undefined
  /** What the cluster lists its connections under, in `system_views.clients`. `counterfoil` if absent. */
  readonly applicationName?: string | undefined
}

/** A role and its password, or the file that holds it, which is read for each login: it may be changed meanwhile. */
export type Credentials = { readonly username: string } & (
  | { readonly password: Redacted.Redacted }
  | { readonly passwordFile: string }
)

/** Files of TLS, in PEM. The server's identity is always verified. */
export interface TlsSettings {
  /** Absent: the authorities Node knows are trusted. */
  readonly caFile?: string | undefined
  /** A certificate that shows who the client is, and its key: both or neither. */
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
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
