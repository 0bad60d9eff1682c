/** A delivery that an open subscription holds. */

import type { Delivery } from "../../Message.ts"
import type { LostDelivery } from "../../Settled.ts"
import type { SettleRequest } from "./SettleRequest.ts"

/** A delivery that is held. **Units**: times in milliseconds of a monotonic clock. */
export interface HeldDelivery {
  /** That of the delivery. */
  readonly ackId: string
  readonly delivery: Delivery
  readonly bytes: number
  readonly credit: WireCredit
  readonly since: number
  /** When its lease should be extended next. */
  renewAt: number
  /** Parked: received, not handed over. Aside: outside the limits. */
  place: "parked" | "handed" | "aside" | "gone"
  /** With ordering: whether it may be handed over once it is the first of its key. */
  isAdmitted: boolean
  /** Who waits for the server's answer to an ack or release of it. */
  settleRequest: SettleRequest<LostDelivery> | undefined
}

/** What set-aside deliveries take of the limits one network stream was opened with. */
export interface WireCredit {
  asideMessages: number
  asideBytes: number
}

/** How a delivery, or an id that is held for one, comes to its end here. */
export type HeldEnd = "acked" | "released" | "lost"

/** What became of everything that was handed over. **Guarantee**: `received` is the sum of what came to an end and of what is held. */
export interface DeliveryCounts extends Record<HeldEnd, number> {
  received: number
  /** Of those that were lost, whose lease was: it could not be kept, or had ended when they were settled. */
  leasesLost: number
}

/** Deliveries that may be handed over together. */
export interface Batch {
  readonly items: ReadonlyArray<HeldDelivery>
  /** Index of the first that was not handed over. */
  next: number
  /** The same items, where more may join: those whose key became free. */
  readonly passed: Array<HeldDelivery> | undefined
}
