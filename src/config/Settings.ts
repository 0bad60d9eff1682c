/** Everything a user can set, decoded: what `src/config/` reads and every layer takes its part of. */
import type { Duration, Option, Redacted } from "effect"

/** Where Pub/Sub is and what its resources are called. */
export interface PubSubSettings {
  /** None: the one of the Application Default Credentials. */
  readonly projectId: Option.Option<string>
  /** `host:port` of an emulator; then no credentials are used. */
  readonly emulatorHost: Option.Option<string>
  /** What the connection to the service goes through; none where it goes there directly, as to any emulator. */
  readonly proxy: Option.Option<Proxy>
  readonly ordersTopic: string
  readonly ordersSubscription: string
  readonly paymentsTopic: string
  readonly paymentsSubscription: string
  readonly dlqTopic: string
  readonly dlqSubscription: string
}

/** An HTTP proxy. */
export interface Proxy {
  /** `host:port`, never with a user name or a password. */
  readonly address: string
  /** The environment variable that names it. */
  readonly variable: string
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

/** How `setup` creates the keyspace. */
export type Replication =
  | { readonly _tag: "Simple"; readonly factor: number }
  | { readonly _tag: "PerDataCenter"; readonly factors: Readonly<Record<string, number>> }

/** How much one process takes on, and for how long it waits. */
export interface ProcessingSettings {
  readonly maxInFlightWrites: number
  readonly maxOutstandingMessages: number
  readonly maxOutstandingBytes: number
  readonly maxRowBytes: number
  readonly paymentGrace: Duration.Duration
  readonly waitingRoomMax: number
  readonly waitingRoomBytes: number
  readonly maxRetrying: number
  readonly shutdownTimeout: Duration.Duration
}

/** Where health and metrics are served. */
export interface HttpSettings {
  readonly host: string
  /** 0: not served at all. */
  readonly port: number
  /** Whether the user asked for this very port; then a taken one is an error. */
  readonly portAsked: boolean
}

/** How logs are written. */
export interface LogSettings {
  readonly level: "Fatal" | "Error" | "Warn" | "Info" | "Debug" | "Trace"
  /** None: pretty on a terminal, else JSON. */
  readonly format: Option.Option<"pretty" | "json">
}

/** Where traces and metrics are sent. */
export interface TelemetrySettings {
  /** Base address of an OTLP/HTTP collector. None: nothing is sent. */
  readonly endpoint: Option.Option<string>
}

/** Everything `run` stands on. */
export interface RunSettings {
  readonly pubSub: PubSubSettings
  readonly cassandra: CassandraSettings
  readonly processing: ProcessingSettings
  readonly http: HttpSettings
}
