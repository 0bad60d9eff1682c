/** The subscriber on Google Cloud Pub/Sub: a true pull over streaming pull, with leases and settling of our own. */
import { Cause, Clock, Duration, Effect, Exit, Fiber, Latch, Layer, type Scope, Stream } from "effect"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import { streamRetireMillis } from "../Limits.ts"
import type { Delivery } from "../Message.ts"
import type { PubSubError } from "../PubSubError.ts"
import { Subscriber, type Subscription, type SubscriptionStatus } from "../Subscriber.ts"
import { resolveOptions, type SubscriptionOptions } from "../SubscriptionOptions.ts"
import { GoogleClient } from "./GoogleClient.ts"
import { type AckQueue, makeAckQueue } from "./internal/AckQueue.ts"
import { HeldDeliveries } from "./internal/HeldDeliveries.ts"
import type { HeldDelivery } from "./internal/HeldDelivery.ts"
import { HeldIdTable } from "./internal/HeldIdTable.ts"
import { delaySeconds, makeIdHolding } from "./internal/IdHolding.ts"
import { makeLeaseCalls } from "./internal/LeaseCalls.ts"
import { makeLeaseKeeper } from "./internal/LeaseKeeper.ts"
import { makeReceiptConfirmation } from "./internal/ReceiptConfirmation.ts"
import { subscriptionName } from "./internal/ResourceName.ts"
import { makeStreamPool, type StreamPool } from "./internal/StreamPool.ts"

/** Opens subscriptions of Google Cloud Pub/Sub. */
export const GoogleSubscriber = {
  /** The port `Subscriber`, with all it guarantees. */
  layer: Layer.effect(
    Subscriber,
    Effect.map(GoogleClient, (client) =>
      Subscriber.of({
        open: (options) =>
          open(client, { ...options, subscription: subscriptionName(client.projectId, options.subscription) })
      })
    )
  )
}

const open = Effect.fnUntraced(function* (
  client: GoogleClient["Service"],
  given: SubscriptionOptions
): Effect.fn.Return<Subscription, never, Scope.Scope> {
  const options = yield* resolveOptions(given)
  const clock = yield* Clock.Clock
  const heldDeliveries = new HeldDeliveries(options, () => monotonicMillis(clock))
  const heldIds = new HeldIdTable(options, heldDeliveries.counts)
  const changed = yield* Latch.make()
  let ending: Exit.Exit<never, PubSubError | Cause.Done> | undefined

  /** Something may be handed over, or read, that could not be before. */
  const onRoom = (): void => {
    changed.openUnsafe()
    streamPool.regulate()
  }
  const end = (exit: Exit.Exit<never, PubSubError | Cause.Done>): void => {
    ending ??= exit
    changed.openUnsafe()
  }
  const endWhereItFails = <A>(work: Effect.Effect<A, PubSubError>): Effect.Effect<void> =>
    Effect.onExit(work, (exit) =>
      Effect.sync(() => Exit.isFailure(exit) && end(Exit.failCause(exit.cause)))
    ).pipe(Effect.ignoreCause)

  const calls = makeLeaseCalls(client, options.subscription)
  const shared = { options, heldDeliveries, heldIds, calls, onRoom }
  const ackQueue = yield* makeAckQueue(shared)
  const leases = yield* makeLeaseKeeper({ ...shared, ackQueue })
  const receiptConfirmation = yield* makeReceiptConfirmation(heldDeliveries, leases, () => {
    onRoom()
    handOver()
  })
  const received = (held: ReadonlyArray<HeldDelivery>, exactlyOnce: boolean): void => {
    if (ending !== undefined) ackQueue.giveBack(held)
    else if (exactlyOnce) receiptConfirmation.add(held)
    else {
      heldDeliveries.admit(held)
      handOver()
    }
  }
  const handOver = atTheEndOfTheTurn(() => handingOver(changed, heldDeliveries, ackQueue))
  const streamPool = yield* makeStreamPool(client, options, heldDeliveries, received)

  const upkeep = Effect.all([ackQueue.run, leases.run, receiptConfirmation.run], {
    concurrency: "unbounded",
    discard: true
  })
  // supervised: what fails ends `deliveries` with it
  yield* Effect.forkScoped(endWhereItFails(upkeep))
  // supervised: likewise
  const reading = yield* Effect.forkScoped(endWhereItFails(streamPool.run))

  const stop = Effect.sync(() => {
    end(Exit.fail(Cause.Done()))
    ackQueue.gatherNoMore()
    streamPool.stop()
    ackQueue.giveBack(heldDeliveries.parked())
  })
  // One deadline for both: what the reading leaves of it is the flush's, as `Limits.test.ts` asserts.
  const close = Effect.gen(function* () {
    const deadline = monotonicMillis(clock) + options.closeTimeoutMillis
    yield* stop
    ackQueue.giveBackIds()
    yield* Effect.timeoutOption(
      Fiber.await(reading),
      Math.min(streamRetireMillis, options.closeTimeoutMillis / 2)
    )
    ackQueue.giveBack([...heldDeliveries])
    ackQueue.giveBackIds()
    yield* ackQueue.flush(Duration.millis(deadline - monotonicMillis(clock)))
  })
  yield* Effect.addFinalizer(() => close)

  const next: Effect.Effect<readonly [ReadonlyArray<Delivery>], PubSubError | Cause.Done> = Effect.suspend(
    () => {
      if (ending !== undefined) return ending
      const batch = heldDeliveries.take()
      if (batch !== undefined) return Effect.succeed([batch] as const)
      changed.closeUnsafe()
      return Effect.andThen(changed.await, next)
    }
  )

  return {
    name: options.subscription,
    deliveries: Stream.fromPull(Effect.succeed(next)),
    ack: (deliveries) => ackQueue.settle("ack", deliveries),
    release: (deliveries, delay = Duration.zero) => ackQueue.settle(delaySeconds(delay), deliveries),
    setAside: (deliveries) =>
      Effect.sync(() => {
        heldDeliveries.setAside(deliveries)
        onRoom()
      }),
    heldIds: makeIdHolding({ ...shared, subscription: options.subscription, ackQueue }),
    isHeld: (delivery) => heldDeliveries.isHeld(delivery),
    stop,
    abandon: Effect.sync(() => {
      end(Exit.fail(Cause.Done()))
      streamPool.stop()
      heldDeliveries.abandon()
      heldIds.giveUp(heldIds.ids())
    }),
    status: Effect.sync(() => statusOf(streamPool, heldDeliveries, heldIds)),
    progress: Effect.sync(() => {
      const { heardAtMillis, mayBeLost, provenAtMillis, quietMillis } = streamPool.status()
      const oldestUndeliveredMicros = heldDeliveries.oldestParkedMicros()
      return { oldestUndeliveredMicros, quietMillis, mayBeLost, provenAtMillis, heardAtMillis }
    }),
    probe: Effect.sync(streamPool.probe),
    limitOutstanding: (messages) =>
      Effect.sync(() => {
        heldDeliveries.room.maxMessages = messages
        streamPool.relimit()
        onRoom()
      })
  }
})

const statusOf = (
  streamPool: StreamPool,
  heldDeliveries: HeldDeliveries,
  heldIds: HeldIdTable
): SubscriptionStatus => {
  const { connected, error, triedAtMillis, trouble } = streamPool.status()
  return {
    connected,
    trouble,
    ...(error === undefined ? {} : { error }),
    ...(triedAtMillis === undefined ? {} : { triedAtMillis }),
    ...heldDeliveries.counts,
    outstandingShare: heldDeliveries.room.share,
    held: heldDeliveries.handedOver + heldIds.count
  }
}

/** Lets the consumer take what has arrived. What it has not taken then waits for a place, which acknowledgements may have. */
const handingOver = (changed: Latch.Latch, heldDeliveries: HeldDeliveries, ackQueue: AckQueue): void => {
  changed.openUnsafe()
  setImmediate(() => heldDeliveries.hasParked && ackQueue.hurry())
}

/** Does this once after everything that the present turn of the event loop brings, however often it is asked for. */
const atTheEndOfTheTurn = (work: () => void): (() => void) => {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    setImmediate(() => {
      isAsked = false
      work()
    })
  }
}
