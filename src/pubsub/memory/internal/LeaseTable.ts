import type { Kept } from "./Published.ts"

/** A lease on a message. **Units**: `endsAt` in milliseconds. */
interface Lease {
  readonly kept: Kept
  endsAt: number
}

/** Leases of one length: each new or extended one goes to the back, so that the first to end is at the front. */
interface Row {
  readonly millis: number
  readonly leases: Map<string, Lease>
}

/**
 * The leases that a subscription has given, and when they end.
 *
 * **Guarantee**: O(1) a lease, times the number of different lengths in use, which is one or two.
 */
export class LeaseTable {
  readonly #rows: Array<Row> = []
  // No lease ends before this; spares looking at the fronts on every call.
  #noneEndsBefore = Number.POSITIVE_INFINITY

  get size(): number {
    let size = 0
    for (const { leases } of this.#rows) size += leases.size
    return size
  }

  /** Before which time no lease ends by itself. */
  get nextEnd(): number {
    return this.#noneEndsBefore
  }

  add(ackId: string, kept: Kept, now: number, millis: number): void {
    const endsAt = now + millis
    this.#row(millis).leases.set(ackId, { kept, endsAt })
    this.#noneEndsBefore = Math.min(this.#noneEndsBefore, endsAt)
  }

  /** Ends a lease; undefined where it had ended. */
  take(ackId: string): Kept | undefined {
    for (const { leases } of this.#rows) {
      const lease = leases.get(ackId)
      if (lease === undefined) continue
      leases.delete(ackId)
      return lease.kept
    }
    return undefined
  }

  /** Makes a lease last from now on; answers false where it had ended. */
  extend(ackId: string, now: number, millis: number): boolean {
    const kept = this.take(ackId)
    if (kept === undefined) return false
    this.add(ackId, kept, now, millis)
    return true
  }

  /** Takes out what has ended by now, in the order in which each length was given. */
  takeEnded(now: number): ReadonlyArray<Kept> {
    if (now < this.#noneEndsBefore) return none
    const ended: Array<Kept> = []
    this.#noneEndsBefore = Number.POSITIVE_INFINITY
    for (const { leases } of this.#rows) {
      for (const [ackId, lease] of leases) {
        if (lease.endsAt > now) {
          this.#noneEndsBefore = Math.min(this.#noneEndsBefore, lease.endsAt)
          break
        }
        leases.delete(ackId)
        ended.push(lease.kept)
      }
    }
    return ended
  }

  #row(millis: number): Row {
    for (const row of this.#rows) if (row.millis === millis) return row
    const row: Row = { millis, leases: new Map() }
    this.#rows.push(row)
    return row
  }
}

const none: ReadonlyArray<Kept> = []
