/** Where traces and metrics are sent, and which. */
import { Duration, Option, type Redacted } from "effect"

/** One address of a collector that takes OTLP over HTTP. */
export interface CollectorSettings {
  /** The whole address, with its path. */
  readonly url: string
  /** Sent with every request; their values may be keys of an account. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  readonly protocol: "http/protobuf" | "http/json"
}

/** What is sent of a process, and where to. */
export interface TelemetrySettings {
  /** None: no traces are sent. */
  readonly traces: Option.Option<CollectorSettings>
  /** None: no metrics are sent. */
  readonly metrics: Option.Option<CollectorSettings>
  /** Which of the batches are traced. **Units**: a share, 0 to 1. */
  readonly tracedShare: number
  /** How often spans are sent where there are fewer than a request's. */
  readonly spansInterval: Duration.Duration
  readonly metricsInterval: Duration.Duration
  readonly serviceName: string
  /** What is said of the process beside the name of the service. */
  readonly resourceAttributes: Readonly<Record<string, string>>
}

/** Sends nothing. */
export const telemetryOff: TelemetrySettings = {
  traces: Option.none(),
  metrics: Option.none(),
  tracedShare: 0,
  spansInterval: Duration.infinity,
  metricsInterval: Duration.infinity,
  serviceName: "counterfoil",
  resourceAttributes: {}
}
