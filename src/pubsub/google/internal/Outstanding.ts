import type { HeldDelivery } from "./HeldDelivery.ts"

/** The limits on what is handed over and neither settled nor set aside. **Units**: bytes as encoded. */
export interface OutstandingLimits {
  readonly maxOutstandingMessages: number
  readonly maxOutstandingBytes: number
}

/** How much one open subscription has parked and handed over, against its limits; what is set aside is charged to its stream. */
export class Outstanding {
  readonly #limits: OutstandingLimits
  /** In place of that of the limits. */
  maxMessages: number
  readonly #parked = { messages: 0, bytes: 0 }
  readonly #handed = { messages: 0, bytes: 0 }

  constructor(limits: OutstandingLimits) {
    this.#limits = limits
    this.maxMessages = limits.maxOutstandingMessages
  }

  /** Deliveries received and not handed over. */
  get parked(): number {
    return this.#parked.messages
  }

  /** Whether received and handed over together reach a limit: then no more should be read from the network. */
  get isFull(): boolean {
    return (
      this.#parked.messages + this.#handed.messages >= this.maxMessages ||
      this.#parked.bytes + this.#handed.bytes >= this.#limits.maxOutstandingBytes
    )
  }

  /** How much of the limits received and handed over take together. **Units**: a share, 0 to 1. */
  get share(): number {
    const messages = (this.#parked.messages + this.#handed.messages) / this.maxMessages
    const bytes = (this.#parked.bytes + this.#handed.bytes) / this.#limits.maxOutstandingBytes
    return Math.min(1, Math.max(messages, bytes))
  }

  /** Whether received and handed over together leave at least half of each limit. */
  get isHalfEmpty(): boolean {
    return this.share * 2 <= 1
  }

  /** Whether the limits allow that this is handed over too. */
  fits(held: HeldDelivery): boolean {
    if (this.#handed.messages === 0) return true
    return (
      this.#handed.messages < this.maxMessages &&
      this.#handed.bytes + held.bytes <= this.#limits.maxOutstandingBytes
    )
  }

  /** Charges what was received and is parked. */
  receive(held: HeldDelivery): void {
    this.#weigh(held, 1)
  }

  /** Charges a delivery where it goes, and no longer where it was. */
  move(held: HeldDelivery, place: HeldDelivery["place"]): void {
    this.#weigh(held, -1)
    held.place = place
    this.#weigh(held, 1)
  }

  #weigh(held: HeldDelivery, sign: 1 | -1): void {
    if (held.place === "aside") {
      held.credit.asideMessages += sign
      held.credit.asideBytes += sign * held.bytes
      return
    }
    const account =
      held.place === "parked" ? this.#parked : held.place === "handed" ? this.#handed : undefined
    if (account === undefined) return
    account.messages += sign
    account.bytes += sign * held.bytes
  }
}
