import { Effect, FiberSet, Latch, type Scope } from "effect"
import type { HeldDeliveries } from "./HeldDeliveries.ts"
import type { HeldDelivery } from "./HeldDelivery.ts"
import type { LeaseKeeper } from "./LeaseKeeper.ts"

/** Confirms the receipt of exactly-once deliveries before anybody works on them. */
export interface ReceiptConfirmation {
  /** Makes deliveries available once the server has confirmed that they are ours. */
  readonly add: (received: ReadonlyArray<HeldDelivery>) => void
  /** Does the confirming. */
  readonly run: Effect.Effect<void>
}

/** Makes the receipts of one subscription. `onReady` is called when deliveries became available. */
export const makeReceiptConfirmation = Effect.fnUntraced(function* (
  heldDeliveries: HeldDeliveries,
  leases: LeaseKeeper,
  onReady: () => void
): Effect.fn.Return<ReceiptConfirmation, never, Scope.Scope> {
  const confirming = yield* FiberSet.make<void, never>()
  const work = yield* Latch.make()
  let waiting: Array<ReadonlyArray<HeldDelivery>> = []

  const confirm = (received: ReadonlyArray<HeldDelivery>) =>
    Effect.map(leases.confirm(received), (confirmed) => {
      heldDeliveries.admit(confirmed)
      onReady()
    })

  const loop = Effect.gen(function* () {
    yield* work.await
    work.closeUnsafe()
    const batches = waiting
    waiting = []
    // None waits for another's confirmation: `HeldDeliveries` keeps the order of keys by their receipt.
    for (const batch of batches) yield* FiberSet.run(confirming, confirm(batch))
  }).pipe(Effect.forever)

  return {
    add: (received) => {
      waiting.push(received)
      work.openUnsafe()
    },
    run: Effect.raceFirst(loop, FiberSet.join(confirming))
  }
})
