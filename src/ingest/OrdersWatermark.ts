/** How far the orders stream has come, as a publish time; no wall clock is used (G5). */
import { caughtUpAfterMillis } from "./Limits.ts"

/** What is known of the orders stream of this process at a moment. */
export interface OrdersState {
  /**
   * Oldest publish time among the orders received and not settled, and those given back or lost lately. Those that are
   * told by id do not count, and neither do undecodable ones.
   */
  readonly oldestUnsettledMicros: number | undefined
  /** That time when an order was last unsettled; `-Infinity` where none ever was. */
  readonly lastUnsettledMicros: number
  /** For how long the streams were open, were not paused by a limit and delivered nothing, up to the last word of Pub/Sub. */
  readonly quietMillis: number
  /** Whether an order may have been sent here that did not arrive: nobody knows of it until it comes again. */
  readonly mayBeLost: boolean
  /** Pub/Sub's time at that word, or earlier; undefined where no message was ever seen. */
  readonly pubSubMicros: number | undefined
}

/** The watermark of a process that knows nothing: it has passed nothing. */
export const noWatermark = 0

/**
 * The watermark that follows `before`.
 *
 * While an order is unsettled it is the oldest such publish time. Else it stays where it was when an order was last
 * unsettled, whether or not it was read then. Once the streams were quiet for 3 s, every order was delivered that was
 * published 3 s before Pub/Sub's last word. While an order may be lost on its way, it goes no further.
 *
 * **Units**: µs since the epoch, a whole number; {@link noWatermark} before there is any.
 */
export const watermarkAfter = (before: number, state: OrdersState): number => {
  const { lastUnsettledMicros, mayBeLost, oldestUnsettledMicros, pubSubMicros, quietMillis } = state
  if (mayBeLost) return Math.min(before, oldestUnsettledMicros ?? before)
  if (oldestUnsettledMicros !== undefined) return oldestUnsettledMicros
  const stays = Math.max(before, lastUnsettledMicros)
  return quietMillis >= caughtUpAfterMillis && pubSubMicros !== undefined
    ? Math.max(stays, Math.floor(pubSubMicros) - caughtUpAfterMillis * 1_000)
    : stays
}
