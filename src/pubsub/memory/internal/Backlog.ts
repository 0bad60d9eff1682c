/** One subscription as its server keeps it: what is ready, leased, or given back for later. */
import { MutableList } from "effect"
import type { Delivery } from "../../Message.ts"
import type { Faults } from "../Faults.ts"
import { DueHeap } from "./DueHeap.ts"
import { LeaseTable } from "./LeaseTable.ts"
import type { Kept, Published } from "./Published.ts"

/** How much a consumer can take now. */
export interface Room {
  readonly messages: number
  /** **Units**: bytes. */
  readonly bytes: number
  /** Whether the first may weigh more than there is room for: true for a consumer that holds nothing. */
  readonly anySize: boolean
}

/** A moment's count of a subscription's messages. */
export interface BacklogCounts {
  readonly ready: number
  /** Leases given and not ended; a message that was duplicated has two. */
  readonly leased: number
  /** Given back with a delay which has not passed. */
  readonly delayed: number
}

/**
 * Hands out messages under leases, and takes them back.
 *
 * Time comes in with every call, and leases end when the next call finds them ended: nothing ticks.
 *
 * **Units**: every time and duration in milliseconds.
 * **Guarantee**: what was accepted is ready, leased or delayed until it is acknowledged. O(1) a message, except for
 * releases with a delay, O(log n).
 */
export class Backlog {
  /** Everything accepted and not acknowledged, by message id, in the order of publishing. */
  readonly unacknowledged = new Map<string, Kept>()
  readonly #random: () => number
  readonly #faults: () => Faults
  readonly #fresh = MutableList.make<Kept>()
  readonly #returned = MutableList.make<Kept>()
  readonly #delayed = new DueHeap<Kept>()
  readonly #leases = new LeaseTable()
  #tooBig: Kept | undefined
  #returnedFirst = false
  #leasesGiven = 0

  constructor(options: { readonly random: () => number; readonly faults: () => Faults }) {
    this.#random = options.random
    this.#faults = options.faults
  }

  add(published: Published): void {
    const kept: Kept = { published, attempts: 0, isAcknowledged: false }
    this.unacknowledged.set(published.messageId, kept)
    MutableList.append(this.#fresh, kept)
  }

  /** Leases what is ready and fits for so long; empty when nothing is ready, or the next does not fit. */
  take(now: number, room: Room, leaseMillis: number): Array<Delivery> {
    this.advance(now)
    this.#shuffle()
    const taken: Array<Delivery> = []
    let bytes = 0
    while (taken.length < room.messages) {
      const kept = this.#next()
      if (kept === undefined) break
      if (bytes + kept.published.bytes > room.bytes && !(room.anySize && taken.length === 0)) {
        // It goes out before any other, or a stream of small messages would keep it waiting for ever.
        this.#tooBig = kept
        break
      }
      bytes += kept.published.bytes
      taken.push(this.#lease(kept, now, leaseMillis))
    }
    return taken
  }

  /** Whether anything is waiting to be taken, big or small. */
  get hasReady(): boolean {
    return this.#tooBig !== undefined || this.#fresh.length > 0 || this.#returned.length > 0
  }

  /** When something becomes ready by itself at the earliest; infinite when nothing will. */
  get nextDue(): number {
    return Math.min(this.#delayed.nextDue, this.#leases.nextEnd)
  }

  /** Answers false when the lease had ended: then nothing was settled. */
  acknowledge(ackId: string): boolean {
    const kept = this.#leases.take(ackId)
    if (kept === undefined) return false
    kept.isAcknowledged = true
    this.unacknowledged.delete(kept.published.messageId)
    return true
  }

  /** Answers false when the lease had ended: then the message is on its way again already. */
  release(ackId: string, now: number, delayMillis: number): boolean {
    const kept = this.#leases.take(ackId)
    if (kept === undefined) return false
    if (delayMillis > 0) this.#delayed.add(now + delayMillis, kept)
    else MutableList.append(this.#returned, kept)
    return true
  }

  /** Makes a lease last from now on; answers false when it had ended. */
  extend(ackId: string, now: number, leaseMillis: number): boolean {
    return this.#leases.extend(ackId, now, leaseMillis)
  }

  /** Makes ready whatever has become so: ended leases, delays that passed. Answers whether anything did. */
  advance(now: number): boolean {
    const before = this.#returned.length
    for (;;) {
      const kept = this.#delayed.takeDue(now)
      if (kept === undefined) break
      MutableList.append(this.#returned, kept)
    }
    for (const kept of this.#leases.takeEnded(now)) MutableList.append(this.#returned, kept)
    return this.#returned.length > before
  }

  get counts(): BacklogCounts {
    const ready = this.#fresh.length + this.#returned.length + (this.#tooBig === undefined ? 0 : 1)
    return { ready, leased: this.#leases.size, delayed: this.#delayed.size }
  }

  #lease(kept: Kept, now: number, leaseMillis: number): Delivery {
    kept.attempts += 1
    const { published } = kept
    const ackId = `${published.messageId}-${++this.#leasesGiven}`
    this.#leases.add(ackId, kept, now, leaseMillis)
    const { duplicates } = this.#faults()
    if (duplicates > 0 && kept.attempts === 1 && this.#random() < duplicates) {
      MutableList.append(this.#returned, kept)
    }
    return {
      data: published.data,
      attributes: published.attributes,
      orderingKey: published.orderingKey,
      ackId,
      messageId: published.messageId,
      publishTimeMicros: published.publishTimeMicros,
      deliveryAttempt: kept.attempts,
      bytes: published.bytes
    }
  }

  /** Turns between what came back and what is new, so that neither keeps the other waiting. */
  #next(): Kept | undefined {
    for (;;) {
      const kept = this.#takeTooBig() ?? this.#takeInTurn()
      if (kept === undefined || !kept.isAcknowledged) return kept
    }
  }

  #takeTooBig(): Kept | undefined {
    const kept = this.#tooBig
    this.#tooBig = undefined
    return kept
  }

  #takeInTurn(): Kept | undefined {
    this.#returnedFirst = !this.#returnedFirst
    const [first, second] = this.#returnedFirst
      ? [this.#returned, this.#fresh]
      : [this.#fresh, this.#returned]
    const kept = MutableList.take(first.length > 0 ? first : second)
    return kept === MutableList.Empty ? undefined : kept
  }

  #shuffle(): void {
    const { reorderWithin } = this.#faults()
    if (reorderWithin <= 1) return
    const window = MutableList.takeN(this.#fresh, reorderWithin)
    for (let last = window.length - 1; last > 0; last--) {
      const other = Math.floor(this.#random() * (last + 1))
      const [a, b] = [window[last], window[other]]
      if (a === undefined || b === undefined) break
      window[last] = b
      window[other] = a
    }
    MutableList.prependAll(this.#fresh, window)
  }
}
