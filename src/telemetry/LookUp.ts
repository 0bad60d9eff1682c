/** What a running process answers when it is asked for an order or a payment. */
import { type Effect, Schema } from "effect"

/** Which message is looked for. */
export interface LookUpKey {
  readonly kind: "order" | "payment"
  readonly id: bigint
}

/**
 * A message that a process holds: it has no fate yet.
 *
 * **Shape**: ids as decimal text, times in RFC 3339.
 */
export const HeldMessage = Schema.Struct({
  stream: Schema.Literals(["orders", "payments"]),
  /** `in-flight`: it is being worked on. `retrying`: it is tried again until it succeeds. `waiting`: for its order. */
  place: Schema.Literals(["in-flight", "retrying", "waiting"]),
  messageId: Schema.String,
  publishTime: Schema.String,
  orderId: Schema.String,
  /** Null in an order. */
  paymentId: Schema.NullOr(Schema.String),
  /** Since when it is in the waiting room, or else in the process. */
  since: Schema.String,
  /** Until when it waits at least; null where it does not wait. */
  until: Schema.NullOr(Schema.String),
  /** Why it is tried again; null where it is not. */
  reason: Schema.NullOr(Schema.String)
})
export type HeldMessage = typeof HeldMessage.Type

/** What a process answers. **Shape**: as {@link HeldMessage}. */
export const LookUpAnswer = Schema.Struct({
  /** This run of this process, as in the progress table. **Shape**: `HOST-PID-RANDOM`. */
  process: Schema.String,
  /** What it reads, by their full names. */
  subscriptions: Schema.Struct({ orders: Schema.String, payments: Schema.String }),
  /**
   * Up to which publish time each message that Pub/Sub delivered to it has its fate, or is among those that it would
   * answer with; null where that is not known.
   */
  readUpTo: Schema.Struct({ orders: Schema.NullOr(Schema.String), payments: Schema.NullOr(Schema.String) }),
  /** The first 100 at most. */
  held: Schema.Array(HeldMessage),
  /** How many there are. */
  heldCount: Schema.Finite,
  /** Whether it redrives by itself at the moment: it holds dead letters then, which no look through them sees. */
  redriveRunning: Schema.Boolean
})
export type LookUpAnswer = typeof LookUpAnswer.Type

/** Looks a message up among those that a process holds. */
export type LookUp = (key: LookUpKey) => Effect.Effect<LookUpAnswer>
