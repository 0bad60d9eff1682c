import type { NewestMessage } from "../pipeline/StreamLedger.ts"

/**
 * Pub/Sub's time, or an earlier one, as publish times show it; no wall clock is used (G5).
 *
 * It is the newest publish time seen here plus the monotonic time since, or a later one that follows from the row of
 * another process. A newer message corrects what the clocks have drifted apart meanwhile.
 */
export class PubSubTime {
  readonly #newest: () => NewestMessage | undefined
  #known: NewestMessage | undefined
  /** What the rows of others show. **Units**: µs that Pub/Sub's clock is ahead of the monotonic one. */
  #aheadByRows = Number.NEGATIVE_INFINITY

  constructor(newest: () => NewestMessage | undefined) {
    this.#newest = newest
  }

  /** A row that was read by then says that Pub/Sub's time is at least so much. **Units**: µs, ms. */
  sawRow(watermarkMicros: number, atMillis: number): void {
    this.#look()
    this.#aheadByRows = Math.max(this.#aheadByRows, watermarkMicros - atMillis * 1_000)
  }

  /** Its time at this moment of the monotonic clock, which may be past; undefined where nothing shows it. */
  at(millis: number): number | undefined {
    this.#look()
    const ahead =
      this.#known === undefined
        ? Number.NEGATIVE_INFINITY
        : this.#known.publishTimeMicros - this.#known.receivedAtMillis * 1_000
    const micros = Math.max(ahead, this.#aheadByRows) + millis * 1_000
    return Number.isFinite(micros) ? micros : undefined
  }

  #look(): void {
    const newest = this.#newest()
    if (newest === this.#known) return
    this.#known = newest
    this.#aheadByRows = Number.NEGATIVE_INFINITY
  }
}
