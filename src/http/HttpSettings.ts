/** Where health and metrics are served. */
import type { Redacted } from "effect"

/** Where health and metrics are served. */
export interface HttpSettings {
  readonly host: string
  /** 0: not served at all. */
  readonly port: number
  /** Whether the user asked for this very port; then a taken one is an error. */
  readonly portAsked: boolean
  /** What whoever looks a message up, or sees dead letters beyond loopback, has to know; without, only this machine may. */
  readonly token?: Redacted.Redacted | undefined
}
