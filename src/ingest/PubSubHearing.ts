import { unheardMillis } from "./Limits.ts"

/** Notices when Pub/Sub does not answer. Silence says something only where something was asked. **Units**: ms of a monotonic clock. */
export class PubSubHearing {
  #askedAt: number | undefined
  #heardAt = Number.NEGATIVE_INFINITY

  /** Pub/Sub was asked for a word. */
  asked(now: number): void {
    this.#askedAt ??= now
  }

  /** Its last word came at this time. */
  heard(at: number): void {
    if (at <= this.#heardAt) return
    this.#heardAt = at
    if (this.#askedAt !== undefined && at >= this.#askedAt) this.#askedAt = undefined
  }

  /** Whether it has left a question unanswered for so long that what it has delivered may be with others by now. */
  isUnheard(now: number): boolean {
    return this.#askedAt !== undefined && now - this.#askedAt >= unheardMillis
  }
}
