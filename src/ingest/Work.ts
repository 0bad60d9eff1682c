/** A delivery on its way to its fate. */
import type { Effect, Result } from "effect"
import type { HandlingFailure, SchemaViolation, Stored, Undecodable } from "../domain/Fate.ts"
import type { Delivery } from "../pubsub/Message.ts"

/** A delivery with what its bytes say; decoded once, however often it is tried. */
export interface Work<A> {
  readonly delivery: Delivery
  readonly decoded: Result.Result<A, Undecodable | SchemaViolation>
  /** When this process received it. **Units**: ms of a monotonic clock; for latency only, never for order. */
  readonly receivedAtMillis: number
}

/** A decoded message with the publish time that gives it its version. */
export interface Item<A> {
  readonly value: A
  readonly publishTimeMicros: number
  /** The size of the message's data; no row is larger. */
  readonly bytes: number
}

/** Applies a batch to the table; one outcome per item, in the same order. */
export type Handle<A> = (
  items: ReadonlyArray<Item<A>>
) => Effect.Effect<ReadonlyArray<Result.Result<Stored, HandlingFailure>>>
