import type { Option } from "effect"

/** Where Google Cloud Pub/Sub is, and which project names belong to. */
export interface GoogleSettings {
  /** None: the one of the Application Default Credentials. */
  readonly projectId: Option.Option<string>
  /** `host:port` of an emulator; then no credentials are used. */
  readonly emulatorHost: Option.Option<string>
}
