import type { Duration } from "effect"

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
  /** How often `run` redrives unmatched payments by itself; zero: never. */
  readonly redriveInterval: Duration.Duration
}
