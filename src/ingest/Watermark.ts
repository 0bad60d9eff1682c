/** How far the orders stream has come, as a publish time; without any clock (G5). */
import { Effect } from "effect"
import { caughtUpAfterMillis } from "./Limits.ts"

/** What is known of the orders stream of this process. */
export interface OrdersProgress {
  /** Oldest publish time among the orders received and not settled; undecodable ones do not count. */
  readonly oldestUnsettledMicros: Effect.Effect<number | undefined>
  /** For how long the streams were open, had free credit and delivered nothing. */
  readonly quietMillis: Effect.Effect<number>
}

/**
 * Reads the orders watermark.
 *
 * While an order is unsettled it is the oldest such publish time. It is infinite once caught up: nothing unsettled,
 * and for 3 s the streams were open, had free credit and delivered nothing. In between it stays where it was; at
 * the start it has passed nothing.
 *
 * **Units**: µs since the epoch, `-Infinity` to `Infinity`.
 */
export const makeWatermark = (orders: OrdersProgress): Effect.Effect<number> => {
  let last = Number.NEGATIVE_INFINITY
  return Effect.gen(function* () {
    const oldest = yield* orders.oldestUnsettledMicros
    if (oldest !== undefined) {
      last = oldest
      return oldest
    }
    return (yield* orders.quietMillis) >= caughtUpAfterMillis ? Number.POSITIVE_INFINITY : last
  })
}
