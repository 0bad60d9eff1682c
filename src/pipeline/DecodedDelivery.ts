/** A delivery on its way through a pipeline. */
import type { Effect, Result } from "effect"
import type { Delivery } from "../pubsub/Message.ts"

/** A delivery with what its bytes say; decoded once, however often it is tried. */
export interface DecodedDelivery<A, E = unknown> {
  readonly delivery: Delivery
  readonly decoded: Result.Result<A, E>
  /** When this process received it. **Units**: ms of a monotonic clock; for latency only, never for order. */
  readonly receivedAtMillis: number
}

/** A decoded message with the publish time that gives it its version. */
export interface Item<A> {
  readonly value: A
  /** **Units**: µs since the epoch. */
  readonly publishTimeMicros: number
  /** The size of the message's data. */
  readonly bytes: number
}

/**
 * Applies a batch, and answers in the same order: the fate of each item, or why it has none yet.
 *
 * **Guarantee** (the handler's): a fate means that its effect is durable, as the pipeline acknowledges next (G1).
 */
export type Handle<A, E, F extends string> = (
  items: ReadonlyArray<Item<A>>
) => Effect.Effect<ReadonlyArray<Result.Result<F, E>>>
