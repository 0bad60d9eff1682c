/** Decoded settings that no other folder owns. */
import type { Option } from "effect"
import type { CassandraSettings } from "../cassandra/CassandraSettings.ts"
import type { Replication } from "../cassandra/Migrator.ts"
import type { HttpSettings } from "../http/HttpSettings.ts"
import type { ProcessingSettings } from "../ingest/ProcessingSettings.ts"
import type { GoogleSettings } from "../pubsub/google/GoogleSettings.ts"
import type { TelemetrySettings } from "../telemetry/TelemetrySettings.ts"

/** Where Pub/Sub is, and the names of its topics and subscriptions. */
export interface PubSubSettings extends GoogleSettings {
  readonly ordersTopic: string
  readonly ordersSubscription: string
  readonly paymentsTopic: string
  readonly paymentsSubscription: string
  readonly dlqTopic: string
  readonly dlqSubscription: string
}

/** How logs are written. */
export interface LogSettings {
  readonly level: "Fatal" | "Error" | "Warn" | "Info" | "Debug" | "Trace"
  /** None: pretty on a terminal, else JSON. */
  readonly format: Option.Option<"pretty" | "json">
}

/** Where the fact table is, and how its keyspace is created. */
export interface TableSettings extends CassandraSettings {
  /** Only `setup` reads it. */
  readonly replication: Replication
}

/** All settings of `run`. */
export interface RunSettings {
  readonly pubSub: PubSubSettings
  readonly cassandra: CassandraSettings
  readonly processing: ProcessingSettings
  readonly http: HttpSettings
  readonly telemetry: TelemetrySettings
}
