/** The port `HeldIds` of one open subscription. */
import { Duration, Effect } from "effect"
import { type HeldIds, TooManyHeldIds } from "../../HeldIds.ts"
import { releaseDelayMaxSeconds } from "../../Limits.ts"
import type { AckQueue } from "./AckQueue.ts"
import type { HeldDeliveries } from "./HeldDeliveries.ts"
import type { HeldIdTable } from "./HeldIdTable.ts"

/** What it needs of the subscription. */
export interface IdHoldingOptions {
  /** The full name. */
  readonly subscription: string
  readonly heldDeliveries: HeldDeliveries
  readonly heldIds: HeldIdTable
  readonly ackQueue: AckQueue
  /** Called when deliveries have left the limits. */
  readonly onRoom: () => void
}

/** Makes the port `HeldIds` of one open subscription. */
export const makeIdHolding = (options: IdHoldingOptions): HeldIds => {
  const { ackQueue, heldDeliveries, heldIds } = options
  return {
    hold: (deliveries) =>
      Effect.suspend(() => {
        const held = heldDeliveries.free(deliveries)
        const { count, max } = heldIds
        if (count + held.length > max) {
          const { subscription } = options
          return Effect.fail(new TooManyHeldIds({ subscription, max, held: count, asked: held.length }))
        }
        for (const each of held) {
          heldDeliveries.handOn(each)
          heldIds.hold(each.ackId)
        }
        options.onRoom()
        return Effect.succeed(held.map(({ ackId }) => ackId))
      }),
    ack: (ackIds) => ackQueue.settleIds("ack", ackIds),
    release: (ackIds, delay = Duration.zero) => ackQueue.settleIds(delaySeconds(delay), ackIds),
    releaseAll: Effect.suspend(() => ackQueue.settleIds(0, heldIds.ids())),
    count: Effect.sync(() => heldIds.count)
  }
}

/** A delay as Pub/Sub takes it: whole seconds, within its limit. */
export const delaySeconds = (delay: Duration.Duration): number =>
  Math.min(releaseDelayMaxSeconds, Math.ceil(Duration.toSeconds(delay)))
