/** Where traces and metrics are sent. */
import type { Option } from "effect"

/** Where traces and metrics are sent. */
export interface TelemetrySettings {
  /** Base address of an OTLP/HTTP collector. None: nothing is sent. */
  readonly endpoint: Option.Option<string>
}
