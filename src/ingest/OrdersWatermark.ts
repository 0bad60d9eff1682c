/** How far the orders stream has come, as a publish time; no wall clock is used (G5). */
import { Effect } from "effect"
import { caughtUpAfterMillis } from "./Limits.ts"

/** What is known of the orders stream of this process. */
export interface OrdersProgress {
  /** Oldest publish time among the orders received and not settled; undecodable ones do not count. */
  readonly oldestUnsettledMicros: number | undefined
  /** That time when an order was last unsettled; `-Infinity` where none ever was. */
  readonly lastUnsettledMicros: number
  /** For how long the streams were open, were not paused by a limit and delivered nothing. */
  readonly quietMillis: number
}

/**
 * Reads the orders watermark.
 *
 * While an order is unsettled it is the oldest such publish time. It is infinite once caught up: nothing unsettled,
 * and for 3 s the streams were open, were not paused by a limit and delivered nothing. In between it stays where it
 * was when an order was last unsettled, whether or not it was read then; at the start it has passed nothing.
 *
 * **Units**: µs since the epoch, `-Infinity` to `Infinity`.
 */
export const makeWatermark = (orders: Effect.Effect<OrdersProgress>): Effect.Effect<number> =>
  Effect.map(orders, ({ oldestUnsettledMicros, lastUnsettledMicros, quietMillis }) => {
    if (oldestUnsettledMicros !== undefined) return oldestUnsettledMicros
    return quietMillis >= caughtUpAfterMillis ? Number.POSITIVE_INFINITY : lastUnsettledMicros
  })
