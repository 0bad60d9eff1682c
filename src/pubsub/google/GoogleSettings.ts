import type { Option } from "effect"

/** Where Google Cloud Pub/Sub is, and which project names belong to. */
export interface GoogleSettings {
  /** None: the one of the Application Default Credentials. */
  readonly projectId: Option.Option<string>
  /** `host:port` of an emulator; then no credentials are used. */
  readonly emulatorHost: Option.Option<string>
  /** What the connection to the service goes through; none, or absent: it goes there directly, as to any emulator. */
  readonly proxy?: Option.Option<Proxy>
}

/** An HTTP proxy. */
export interface Proxy {
  /** `host:port`, never with a user name or a password. */
  readonly address: string
  /** The environment variable that names it. */
  readonly variable: string
}
