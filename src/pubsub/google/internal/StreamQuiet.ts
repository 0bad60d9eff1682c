/** For how long a subscription has had nothing to deliver, as far as its streams and the server's words tell. */
import type { Clock } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { deadStreamSeconds } from "../../Limits.ts"
import type { StreamLoss } from "./ReconnectingStream.ts"
import type { SourceCheck } from "./SourceCheck.ts"

/** What quiet is told by. */
export interface StreamQuietParts {
  readonly clock: Clock.Clock
  /** When the server was last heard, and since when its connection has been steady. **Units**: ms of a monotonic clock. */
  readonly connection: { readonly heardAt: number; readonly steadySince: number }
  readonly source: Pick<SourceCheck, "soundAt">
  readonly leaseSeconds: number
}

/** The quiet of one subscription. **Units**: milliseconds of a monotonic clock. */
export class StreamQuiet {
  readonly #parts: StreamQuietParts
  #since: number
  #lostUntil = Number.NEGATIVE_INFINITY
  #wasConnected = false

  constructor(parts: StreamQuietParts) {
    this.#parts = parts
    this.#since = monotonicMillis(parts.clock)
  }

  /** Something was delivered, or a limit has held something up. */
  disturb(): void {
    this.#since = monotonicMillis(this.#parts.clock)
  }

  /** A stream was opened. */
  streamOpened(): void {
    this.#wasConnected = false
    this.disturb()
  }

  /** A stream has ended. What was lost with it comes again when its lease ends. */
  streamEnded(loss: StreamLoss): void {
    this.streamOpened()
    if (loss === "nothing") return
    const seconds = this.#parts.leaseSeconds + (loss === "sent-on" ? deadStreamSeconds : 0)
    this.#lostUntil = Math.max(this.#lostUntil, monotonicMillis(this.#parts.clock) + 1_000 * seconds)
  }

  /** Whether something may have been sent into a dead stream: it comes again when its lease ends. */
  get mayBeLost(): boolean {
    return monotonicMillis(this.#parts.clock) < this.#lostUntil
  }

  /** Quiet begins anew with a connection. */
  observe(isConnected: boolean): void {
    if (isConnected && !this.#wasConnected) this.disturb()
    this.#wasConnected = isConnected
  }

  /**
   * When Pub/Sub gave its last word on this subscription: what came later may be on its way, or swallowed. Nor does
   * another subscription's word say that this one still has its topic.
   */
  get provenAt(): number {
    return Math.min(this.#parts.connection.heardAt, this.#parts.source.soundAt())
  }

  /** How long it has been quiet for certain. */
  get provenMillis(): number {
    return Math.max(0, this.provenAt - Math.max(this.#begunAt, this.#lostUntil))
  }

  /** How long it has been quiet since, or seems to have been. */
  get unprovenMillis(): number {
    return monotonicMillis(this.#parts.clock) - Math.max(this.#begunAt, this.provenAt)
  }

  get #begunAt(): number {
    return Math.max(this.#since, this.#parts.connection.steadySince)
  }
}
