/** What is asked of a cluster, and what it answers. */
import type { Consistency } from "./CassandraSettings.ts"
import type { HostLoad } from "./internal/HostLoad.ts"
import type { Replicas as ReplicaSet } from "./internal/LocalHosts.ts"

/** A value to bind; a bigint column takes a bigint. */
export type Param = string | number | bigint | boolean | Buffer | null | ReadonlyArray<bigint>

/** One statement with its values; a batch is one too. */
export interface Statement {
  readonly query: string
  readonly params: ReadonlyArray<Param>
  /** Rows it writes, for `CassandraOptions.maxInFlight`; one if absent. */
  readonly rows?: number
}

/** A host of the local data centre. */
export type Replica = HostLoad

/** The hosts that hold the same partitions: the same array for the same hosts, until the cluster changes. */
export type Replicas = ReplicaSet

/** A row as the driver decodes it: bigint, number, string or null, by column name. */
export type Row = { readonly [column: string]: unknown }

/** Rows of one page, and where the next one starts. */
export interface Page {
  readonly rows: ReadonlyArray<Row>
  readonly next: string | undefined
  /** The host that answered, as `host:port`. */
  readonly coordinator?: string | undefined
}

/** A host that cannot be asked, while others can. */
export interface SilentHost {
  /** `host:port` */
  readonly address: string
  /** For how long. **Units**: milliseconds. */
  readonly millis: number
  /** Whether it accepts connections, and answers nothing. */
  readonly isConnected: boolean
}

/** Options of one statement. */
export interface ExecuteOptions {
  /** The hosts that hold all of it: one of them is asked first. Any local host, if absent. */
  readonly replicas?: Replicas | undefined
  /** **Units**: rows. */
  readonly pageSize?: number
  /** {@link Page.next} of the page before. */
  readonly page?: string | undefined
  /** Set for conditional writes, which are then never sent twice; every other statement is idempotent. */
  readonly isIdempotent?: false
  /** Schema statements cannot be prepared. */
  readonly prepare?: false
  /** How long one host may take to answer. **Units**: milliseconds. */
  readonly timeoutMillis?: number
  /** In place of that of the settings. */
  readonly consistency?: Consistency
  /** Sent at once, beside `maxInFlight`: for the few statements whose delay would stop the others. */
  readonly isUrgent?: true
}

/** A statement of several that are executed together. */
export interface StatementRequest {
  readonly statement: Statement
  readonly options: ExecuteOptions
}
