/** What became of a request to settle deliveries. */
import type { Delivery } from "./Message.ts"

/** What became of a request to settle deliveries: to acknowledge or to release them. */
export interface Settled {
  /** Settled, as confirmed by the server. */
  readonly done: number
  /** Not settled by this request. The message may come again, unless it was settled by another. */
  readonly lost: ReadonlyArray<LostDelivery>
}

/** A delivery that a request to settle did not settle. */
export interface LostDelivery {
  readonly delivery: Delivery
  readonly reason: LostReason
}

/** Why a request did not settle a delivery. */
export type LostReason =
  /** Its lease ended, or was given up because it could not be kept or had lasted for `lease.total`: it comes again. */
  | "lease-lost"
  /** Another request of this subscription, or its close, has settled it or is doing so. */
  | "already-settled"
  /** The server refused: the id is malformed, the subscription missing, a permission lacking. It comes again. */
  | "refused"
  /** No answer for as long as it was tried. The server may have done it, or the message comes again. */
  | "unanswered"
