/** The subscriber on Google Cloud Pub/Sub: a true pull over streaming pull, with leases and settling of our own. */
import { Cause, Clock, Duration, Effect, Exit, Fiber, Latch, Layer, type Scope, Stream } from "effect"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import { closeTimeoutSeconds, releaseDelayMaxSeconds, streamRetireMillis } from "../Limits.ts"
import type { Delivery } from "../Message.ts"
import type { PubSubError } from "../PubSubError.ts"
import { type OpenSubscription, Subscription, type SubscriptionOptions } from "../Subscription.ts"
import { makeAckCalls } from "./AckCalls.ts"
import { GoogleClient } from "./GoogleClient.ts"
import { makeIntake } from "./Intake.ts"
import { type Held, Inventory } from "./Inventory.ts"
import { makeLeaseKeeper } from "./LeaseKeeper.ts"
import { makeReceipts } from "./Receipts.ts"
import { subscriptionName } from "./ResourceName.ts"
import { makeSettler } from "./Settler.ts"

/** Opens subscriptions of Google Cloud Pub/Sub. */
export const GoogleSubscription = {
  /** The port `Subscription`, with all it guarantees. */
  layer: Layer.effect(
    Subscription,
    Effect.map(GoogleClient, (client) =>
      Subscription.of({
        open: (options) =>
          open(client, { ...options, subscription: subscriptionName(client.projectId, options.subscription) })
      })
    )
  )
}

const open = Effect.fnUntraced(function* (
  client: GoogleClient["Service"],
  options: SubscriptionOptions
): Effect.fn.Return<OpenSubscription, never, Scope.Scope> {
  const inventory = new Inventory(options)
  const changed = yield* Latch.make()
  let ending: Exit.Exit<never, PubSubError | Cause.Done> | undefined

  /** Something may be handed over, or read, that could not be before. */
  const onRoom = (): void => {
    changed.openUnsafe()
    intake.regulate()
  }
  const end = (exit: Exit.Exit<never, PubSubError | Cause.Done>): void => {
    ending ??= exit
    changed.openUnsafe()
  }
  const endWhereItFails = <A>(work: Effect.Effect<A, PubSubError>): Effect.Effect<void> =>
    Effect.onExit(work, (exit) =>
      Effect.sync(() => Exit.isFailure(exit) && end(Exit.failCause(exit.cause)))
    ).pipe(Effect.ignoreCause)

  const calls = makeAckCalls(client, options.subscription)
  const settler = yield* makeSettler(inventory, calls, onRoom)
  const leases = yield* makeLeaseKeeper(inventory, calls, settler, onRoom)
  const receipts = yield* makeReceipts(inventory, leases, onRoom)
  const received = (held: ReadonlyArray<Held>, exactlyOnce: boolean): void => {
    if (ending !== undefined) settler.giveBack(held)
    else if (exactlyOnce) receipts.add(held)
    else {
      inventory.admit(held)
      changed.openUnsafe()
    }
  }
  const intake = yield* makeIntake(client, options, inventory, received)

  const upkeep = Effect.all([settler.run, leases.run, receipts.run], {
    concurrency: "unbounded",
    discard: true
  })
  // supervised: what fails ends `deliveries` with it
  yield* Effect.forkScoped(endWhereItFails(upkeep))
  // supervised: likewise
  const reading = yield* Effect.forkScoped(endWhereItFails(intake.run))

  const stop = Effect.sync(() => {
    end(Exit.fail(Cause.Done()))
    intake.stop()
    settler.giveBack(inventory.parked())
  })
  // One deadline for both: what the reading leaves of it is the flush's, as `Limits.test.ts` asserts.
  const close = Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const deadline = monotonicMillis(clock) + closeTimeoutSeconds * 1000
    yield* stop
    yield* Effect.timeoutOption(Fiber.await(reading), streamRetireMillis)
    settler.giveBack([...inventory])
    yield* settler.flush(Duration.millis(deadline - monotonicMillis(clock)))
  })
  yield* Effect.addFinalizer(() => close)

  const next: Effect.Effect<readonly [ReadonlyArray<Delivery>], PubSubError | Cause.Done> = Effect.suspend(
    () => {
      if (ending !== undefined) return ending
      const batch = inventory.take()
      if (batch !== undefined) return Effect.succeed([batch] as const)
      changed.closeUnsafe()
      return Effect.andThen(changed.await, next)
    }
  )

  return {
    name: options.subscription,
    deliveries: Stream.fromPull(Effect.succeed(next)),
    ack: (deliveries) => settler.settle("ack", deliveries),
    release: (deliveries, delay = Duration.zero) => settler.settle(delaySeconds(delay), deliveries),
    setAside: (deliveries) =>
      Effect.sync(() => {
        inventory.setAside(deliveries)
        onRoom()
      }),
    isHeld: (delivery) => inventory.isHeld(delivery),
    stop,
    status: Effect.sync(() => ({
      ...intake.status(),
      held: inventory.handedOver,
      leasesLost: leases.lost(),
      oldestUndeliveredMicros: inventory.oldestParkedMicros()
    }))
  }
})

const delaySeconds = (delay: Duration.Duration): number =>
  Math.min(releaseDelayMaxSeconds, Math.ceil(Duration.toSeconds(delay)))
