/** For how long the embedded server has had nothing to deliver to a consumer. */
import type { Clock } from "effect"
import { deadStreamSeconds } from "../../Limits.ts"

/** The quiet of one consumer. **Units**: nanoseconds of the monotonic clock. */
export class ConsumptionQuiet {
  readonly #clock: Clock.Clock
  readonly #lostNanos: bigint
  #since: bigint | undefined
  #wasCutOff = false
  /** Until when something may come again that the server sent while it could not be reached. */
  #redeliveredBy = 0n

  constructor(clock: Clock.Clock, leaseMillis: number) {
    this.#clock = clock
    this.#lostNanos = BigInt(Math.ceil(leaseMillis + 1_000 * deadStreamSeconds)) * 1_000_000n
  }

  /** Something was delivered, or held up. */
  disturb(): void {
    this.#since = undefined
  }

  /** The server does not answer. It may send on into the dead connection; that comes again when its lease ends. */
  cutOff(): void {
    this.#since = undefined
    this.#wasCutOff = true
  }

  /** There is nothing to deliver. */
  begin(): void {
    const now = this.#clock.monotonicTimeNanosUnsafe()
    this.#since ??= now > this.#redeliveredBy ? now : this.#redeliveredBy
  }

  /** Whether something may have been sent that did not arrive. */
  get mayBeLost(): boolean {
    return this.#wasCutOff || this.#clock.monotonicTimeNanosUnsafe() < this.#redeliveredBy
  }

  /** The server answers again. */
  joined(): void {
    if (!this.#wasCutOff) return
    this.#redeliveredBy = this.#clock.monotonicTimeNanosUnsafe() + this.#lostNanos
    this.#wasCutOff = false
  }

  /** How long it had been quiet when the server was last heard. **Units**: milliseconds. */
  millisAt(heardAt: bigint): number {
    return this.#since === undefined ? 0 : Math.max(0, Number((heardAt - this.#since) / 1_000_000n))
  }
}
