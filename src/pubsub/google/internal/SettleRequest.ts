/** One request to settle deliveries, from the claim to the last answer. */
import type { Delivery } from "../../Message.ts"
import type { Settled } from "../../Subscriber.ts"

/** One request to settle deliveries, from the claim to the last answer. */
export class SettleRequest {
  /** Deliveries whose answer is still to come. */
  open = 0
  done = 0
  readonly lost: Array<Delivery> = []
  /** Whether the deliveries are given back, not acknowledged. */
  readonly isRelease: boolean
  #finished: ((settled: Settled) => void) | undefined

  constructor(isRelease: boolean) {
    this.isRelease = isRelease
  }

  /** Calls back once every answer is there. */
  whenFinished(callback: (settled: Settled) => void): void {
    this.#finished = callback
    this.#look()
  }

  answered(delivery: Delivery, isDone: boolean): void {
    this.open -= 1
    if (isDone) this.done += 1
    else this.lost.push(delivery)
    this.#look()
  }

  #look(): void {
    if (this.open > 0) return
    this.#finished?.({ done: this.done, lost: this.lost })
    this.#finished = undefined
  }
}
