/** What one consumer of the embedded Pub/Sub holds, and how much more it may take. */
import type { Delivery } from "../../Message.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { Room } from "./Backlog.ts"

/** A delivery that is held. **Units**: times in milliseconds. */
export interface HeldDelivery {
  readonly delivery: Delivery
  readonly since: number
  /** When its lease ends unless it is extended first. */
  leasedUntil: number
  /** Out of the limits. */
  isAside: boolean
}

/**
 * The deliveries of one consumer, and what they take of its limits.
 */
export class HeldDeliveries {
  readonly #limits: ResolvedOptions
  readonly #byAckId = new Map<string, HeldDelivery>()
  #maxMessages: number
  #messages = 0
  #bytes = 0

  constructor(limits: ResolvedOptions) {
    this.#limits = limits
    this.#maxMessages = limits.maxOutstandingMessages
  }

  limitMessages(messages: number): void {
    this.#maxMessages = messages
  }

  /** How much of the limits is taken. **Units**: a share, 0 to 1. */
  get outstandingShare(): number {
    const bytes = this.#bytes / this.#limits.maxOutstandingBytes
    return Math.min(1, Math.max(this.#messages / this.#maxMessages, bytes))
  }

  get size(): number {
    return this.#byAckId.size
  }

  [Symbol.iterator](): IterableIterator<HeldDelivery> {
    return this.#byAckId.values()
  }

  /** What may be taken now; undefined when the limits are reached. */
  room(batchSize: number): Room | undefined {
    const messages = Math.min(batchSize, this.#maxMessages - this.#messages)
    const bytes = this.#limits.maxOutstandingBytes - this.#bytes
    const holdsNothing = this.#messages === 0
    if (messages <= 0 || (bytes <= 0 && !holdsNothing)) return undefined
    return { messages, bytes, anySize: holdsNothing }
  }

  add(delivery: Delivery, now: number, leasedUntil: number): void {
    const held = { delivery, since: now, leasedUntil, isAside: false }
    this.#byAckId.set(delivery.ackId, held)
    this.#messages += 1
    this.#bytes += delivery.bytes
  }

  get(delivery: Delivery): HeldDelivery | undefined {
    return this.#byAckId.get(delivery.ackId)
  }

  setAside(deliveries: ReadonlyArray<Delivery>): void {
    for (const delivery of deliveries) {
      const held = this.#byAckId.get(delivery.ackId)
      if (held === undefined || held.isAside) continue
      this.#leaveLimits(held)
      held.isAside = true
    }
  }

  drop(held: HeldDelivery): void {
    if (!this.#byAckId.delete(held.delivery.ackId)) return
    if (!held.isAside) this.#leaveLimits(held)
  }

  clear(): void {
    this.#byAckId.clear()
    this.#messages = 0
    this.#bytes = 0
  }

  #leaveLimits(held: HeldDelivery): void {
    this.#messages -= 1
    this.#bytes -= held.delivery.bytes
  }
}
