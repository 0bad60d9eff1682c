/** What the sentence about a process is made of. */
import type { StreamName } from "../domain/StreamName.ts"
import type { PartsHealth } from "./Health.ts"
import type { HeldUpBy } from "./MetricsSnapshot.ts"

/** What a sentence is made of. */
export interface StatusReading {
  readonly parts: PartsHealth
  /** **Units**: ms since the epoch. */
  readonly nowMillis: number
  /** **Units**: a second; undefined before there are two readings. */
  readonly storedPerSecond: number | undefined
  /** **Units**: seconds; 0 when caught up, undefined while it is not known. */
  readonly behindSeconds: number | undefined
  readonly waiting: number
  /** Deliveries that are being worked on or tried again. */
  readonly held: number
  /** The streams whose intake stands still. */
  readonly paused: ReadonlyArray<StreamName>
  readonly heldUpBy: HeldUpBy | undefined
}
