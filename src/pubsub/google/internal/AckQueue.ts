/** Sends acknowledgements and releases in batches, and tells who asked what became of them. */
import { Clock, Duration, Effect, FiberSet, Latch, type Scope } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { ackCallSeconds, ackRequestMaxIds, settleDelayMillis, settleTimeoutSeconds } from "../../Limits.ts"
import type { Delivery } from "../../Message.ts"
import type { Settled } from "../../Subscriber.ts"
import type { HeldDeliveries, HeldDelivery } from "./HeldDeliveries.ts"
import type { LeaseCalls, LeaseChange, RetryLimits } from "./LeaseCalls.ts"
import { SettleRequest } from "./SettleRequest.ts"

/** Sends acknowledgements and releases in batches, and tells who asked what became of them. */
export interface AckQueue {
  /** Settles and waits for the server's answer. */
  readonly settle: (verb: SettleVerb, deliveries: ReadonlyArray<Delivery>) => Effect.Effect<Settled>
  /** Releases at once, without anybody waiting for the answer. */
  readonly giveBack: (held: ReadonlyArray<HeldDelivery>, delaySeconds?: number) => void
  /** Sends what is waiting and returns when everything has its answer; after `within` the rest counts as lost. */
  readonly flush: (within: Duration.Duration) => Effect.Effect<void>
  /** Does the sending, for as long as anything is to be settled. */
  readonly run: Effect.Effect<void>
}

/** How to settle: acknowledge, or make available again after some seconds. */
export type SettleVerb = "ack" | number

/** Makes the ack queue of one subscription. `onRoom` is called when deliveries were settled or lost. */
export const makeAckQueue = Effect.fnUntraced(function* (
  heldDeliveries: HeldDeliveries,
  calls: LeaseCalls,
  onRoom: () => void
): Effect.fn.Return<AckQueue, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const pending = new Map<SettleVerb, Array<HeldDelivery>>()
  const sends = yield* FiberSet.make<void, never>()
  const work = yield* Latch.make()
  const hurry = yield* Latch.make()
  const idle = yield* Latch.make(true)
  let open = 0
  let giveUpAt = Number.POSITIVE_INFINITY
  let isOver = false

  const enqueue = (verb: SettleVerb, claimed: ReadonlyArray<HeldDelivery>): void => {
    if (claimed.length === 0) return
    const queue = pending.get(verb)
    if (queue === undefined) pending.set(verb, [...claimed])
    else for (const held of claimed) queue.push(held)
    open += claimed.length
    idle.closeUnsafe()
    work.openUnsafe()
    if ((queue?.length ?? claimed.length) >= ackRequestMaxIds) hurry.openUnsafe()
  }

  const giveBack = (held: ReadonlyArray<HeldDelivery>, delaySeconds = 0): void => {
    enqueue(
      delaySeconds,
      heldDeliveries.claim(
        held.map(({ delivery }) => delivery),
        new SettleRequest(true)
      )
    )
  }

  const answered = (verb: SettleVerb, held: HeldDelivery, isDone: boolean): void => {
    if (isOver) return
    const behind = heldDeliveries.forget(held, verb !== "ack" || !isDone)
    if (behind.length > 0) giveBack(behind, verb === "ack" ? 0 : verb)
    held.settleRequest?.answered(held.delivery, isDone)
    open -= 1
  }

  const retryLimits: RetryLimits = {
    callSeconds: ackCallSeconds,
    isWorthIt: (triedMillis) => triedMillis < settleTimeoutSeconds * 1000 && monotonicMillis(clock) < giveUpAt
  }

  const send = Effect.fnUntraced(function* (verb: SettleVerb, held: ReadonlyArray<HeldDelivery>) {
    const changed = yield* calls.change(leaseChange(verb), held, retryLimits)
    for (const each of changed.done) answered(verb, each, true)
    for (const each of changed.refused) answered(verb, each, false)
    for (const each of changed.unanswered) answered(verb, each, false)
    if (open === 0) idle.openUnsafe()
    onRoom()
  })

  const loop = Effect.gen(function* () {
    yield* work.await
    // Others usually settle within this moment, and share the request.
    yield* Effect.timeoutOption(hurry.await, settleDelayMillis)
    work.closeUnsafe()
    hurry.closeUnsafe()
    const batches = [...pending]
    pending.clear()
    for (const [verb, held] of batches) yield* FiberSet.run(sends, send(verb, held))
  }).pipe(Effect.forever)

  return {
    giveBack,
    settle: (verb, deliveries) =>
      Effect.callback((resume) => {
        const settleRequest = new SettleRequest(verb !== "ack")
        enqueue(verb, heldDeliveries.claim(deliveries, settleRequest))
        settleRequest.whenFinished((settled) => resume(Effect.succeed(settled)))
      }),
    flush: (within) =>
      Effect.suspend(() => {
        giveUpAt = monotonicMillis(clock) + Duration.toMillis(within)
        hurry.openUnsafe()
        return Effect.map(Effect.timeoutOption(idle.await, within), () => {
          for (const held of [...heldDeliveries])
            if (held.settleRequest !== undefined) answered("ack", held, false)
          isOver = true
        })
      }),
    run: Effect.raceFirst(loop, FiberSet.join(sends))
  }
})

const leaseChange = (verb: SettleVerb): LeaseChange => (verb === "ack" ? "ack" : { deadlineSeconds: verb })
