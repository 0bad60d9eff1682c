import { Effect } from "effect"
import type { Subscription } from "../pubsub/Subscriber.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"

/** Gives deliveries back for redelivery at once. */
export const releaseFrom = <F extends string>(
  subscription: Pick<Subscription, "release">,
  deliveries: ReadonlyArray<DecodedDelivery<unknown>>,
  from: LedgerEntry<F>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (deliveries.length === 0) return Effect.void
    // Counted first: when this is interrupted while the server does not answer, the deliveries come again nevertheless.
    from.released(deliveries)
    return Effect.asVoid(subscription.release(deliveries.map(({ delivery }) => delivery)))
  })
