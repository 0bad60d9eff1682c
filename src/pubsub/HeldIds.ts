/** Deliveries that are held by their ack ids alone, so that many can be: to look through a subscription. */
import { Data, type Duration, type Effect } from "effect"
import type { Delivery } from "./Message.ts"
import type { LostReason } from "./Settled.ts"

/**
 * Deliveries that are held by their ack ids alone: to look through a subscription without consuming it, and to settle
 * some of it later.
 *
 * Leases are kept in requests of up to 2,500 ids, for as long as the subscription is open: `lease.total` does not end
 * them. Closing the subscription releases what is held so.
 *
 * **Units**: an id takes the bytes of its text and 45 more: measured, 220 bytes at 100,000 ids of 176 characters. With
 * the default lease of 60 s, extended every 20 s, so many cost 2 requests a second.
 */
export interface HeldIds {
  /**
   * From now on holds of these deliveries only the ack ids, out of the outstanding limits; data and attributes are
   * no longer referenced from here. Answers the ids held so; what was no longer held is not among them.
   *
   * **Errors**: `TooManyHeldIds` where they would be more than `heldIds.max`: then all stay as they were.
   */
  readonly hold: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<ReadonlyArray<string>, TooManyHeldIds>
  /** Acknowledges, and waits for the server's answer. */
  readonly ack: (ackIds: ReadonlyArray<string>) => Effect.Effect<SettledIds>
  /** Gives back for redelivery, at once or after `delay`, at most 600 s, and waits for the server's answer. */
  readonly release: (ackIds: ReadonlyArray<string>, delay?: Duration.Duration) => Effect.Effect<SettledIds>
  /** Releases all that are held at once, and waits for the server's answer. */
  readonly releaseAll: Effect.Effect<SettledIds>
  /** How many are held, those being settled included. */
  readonly count: Effect.Effect<number>
}

/** What became of a request to settle by ids. */
export interface SettledIds {
  /** Settled, as confirmed by the server. */
  readonly done: number
  /** Not settled by this request. Of an id that was never held the reason is `already-settled`. */
  readonly lost: ReadonlyArray<LostId>
}

/** An id that a request to settle did not settle. */
export interface LostId {
  readonly ackId: string
  readonly reason: LostReason
}

/** More ids would be held than `heldIds.max`. */
export class TooManyHeldIds extends Data.TaggedError("TooManyHeldIds")<{
  /** The full name of the subscription. */
  readonly subscription: string
  readonly max: number
  /** How many are held already. */
  readonly held: number
  /** How many more were to be. */
  readonly asked: number
}> {
  override get message(): string {
    return `${this.subscription}: ${this.held} ack ids are held, and ${this.asked} more would exceed ${this.max}`
  }
}
