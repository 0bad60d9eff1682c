/** Where those who wait in the waiting room sit: by their order, in turn. */
import type { Payment } from "../domain/Payment.ts"
import type { Work } from "./Work.ts"

/** A payment in the room. */
export interface Guest {
  readonly work: Work<Payment>
  readonly orderId: bigint
  readonly bytes: number
  /** **Units**: ms of a monotonic clock, as `dueAtMillis`. */
  readonly sinceMillis: number
  /** When it is looked up next; `-Infinity` once its order is known to be stored. */
  dueAtMillis: number
  /** Taken to be looked up; it keeps its place meanwhile. */
  taken: boolean
  /** Since it came, or since its grace was over. */
  rechecks: number
  /** Whether it was looked up after its grace. */
  isOverdue: boolean
}

/** Where those who wait in the waiting room sit: by their order, in turn. */
export class Seats {
  readonly #byOrder = new Map<bigint, Set<Guest>>()

  /** Puts a guest at the end of the queue. */
  add(guest: Guest): void {
    const ofOrder = this.#byOrder.get(guest.orderId)
    if (ofOrder === undefined) this.#byOrder.set(guest.orderId, new Set([guest]))
    else ofOrder.add(guest)
  }

  remove(guest: Guest): void {
    const ofOrder = this.#byOrder.get(guest.orderId)
    ofOrder?.delete(guest)
    if (ofOrder?.size === 0) this.#byOrder.delete(guest.orderId)
  }

  /** Who waits for this order. */
  of(orderId: bigint): Iterable<Guest> {
    return this.#byOrder.get(orderId) ?? []
  }

  /** Takes some of those who are wanted, in turn; they keep their seats. */
  take(atMost: number, wanted: (guest: Guest) => boolean): ReadonlyArray<Guest> {
    const taken: Array<Guest> = []
    for (const ofOrder of this.#byOrder.values()) {
      for (const guest of ofOrder) {
        if (taken.length >= atMost) return taken
        if (!wanted(guest)) continue
        guest.taken = true
        guest.dueAtMillis = Number.POSITIVE_INFINITY
        taken.push(guest)
      }
    }
    return taken
  }

  /** Since when the guest has waited who has waited longest; undefined where there is none. */
  get oldestMillis(): number | undefined {
    let oldest: number | undefined
    for (const ofOrder of this.#byOrder.values()) {
      for (const { sinceMillis } of ofOrder) oldest = Math.min(oldest ?? sinceMillis, sinceMillis)
    }
    return oldest
  }
}
