import { Clock, Duration, Effect, FiberSet, Latch, type Scope } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import type { SettledIds } from "../../HeldIds.ts"
import { ackRequestMaxIds } from "../../Limits.ts"
import type { Delivery } from "../../Message.ts"
import type { LostReason, Settled } from "../../Settled.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import { AckGathering } from "./AckGathering.ts"
import type { HeldDeliveries } from "./HeldDeliveries.ts"
import type { HeldDelivery } from "./HeldDelivery.ts"
import type { HeldIdTable, SettlingId } from "./HeldIdTable.ts"
import type { LeaseCalls, LeaseChange, RetryLimits } from "./LeaseCalls.ts"
import { SettleRequest } from "./SettleRequest.ts"

/** Sends acknowledgements and releases in batches, and tells who asked what became of them. */
export interface AckQueue {
  /** Settles and waits for the server's answer. */
  readonly settle: (verb: SettleVerb, deliveries: ReadonlyArray<Delivery>) => Effect.Effect<Settled>
  /** The same for ids that are held without their deliveries. */
  readonly settleIds: (verb: SettleVerb, ackIds: ReadonlyArray<string>) => Effect.Effect<SettledIds>
  /** Releases at once, without anybody waiting for the answer. */
  readonly giveBack: (held: ReadonlyArray<HeldDelivery>, delaySeconds?: number) => void
  /** The same for all held ids. */
  readonly giveBackIds: () => void
  /** Sends acknowledgements that wait for others: something else waits for them. */
  readonly hurry: () => void
  /** From now on acknowledgements wait for others no longer than releases do. */
  readonly gatherNoMore: () => void
  /** Sends what is waiting and returns when everything has its answer; after `within` the rest counts as lost. */
  readonly flush: (within: Duration.Duration) => Effect.Effect<void>
  /** Does the sending, for as long as anything is to be settled. */
  readonly run: Effect.Effect<void>
}

/** How to settle: acknowledge, or make available again after some seconds. */
export type SettleVerb = "ack" | number

/** What an ack queue settles for, and how it asks. */
export interface AckQueueOptions {
  readonly options: ResolvedOptions
  readonly heldDeliveries: HeldDeliveries
  readonly heldIds: HeldIdTable
  readonly calls: LeaseCalls
  /** Called when deliveries were settled or lost. */
  readonly onRoom: () => void
}

/** Makes the ack queue of one subscription. */
export const makeAckQueue = Effect.fnUntraced(function* ({
  options,
  heldDeliveries,
  heldIds,
  calls,
  onRoom
}: AckQueueOptions): Effect.fn.Return<AckQueue, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const pending = new Map<SettleVerb, Array<Settling>>()
  const sends = yield* FiberSet.make<void, never>()
  const work = yield* Latch.make()
  const hurry = yield* Latch.make()
  const idle = yield* Latch.make(true)
  const gathering = new AckGathering(options, heldDeliveries, () => hurry.openUnsafe())
  let open = 0
  let giveUpAt = Number.POSITIVE_INFINITY
  let isOver = false

  const enqueue = (verb: SettleVerb, claimed: ReadonlyArray<Settling>): void => {
    if (claimed.length === 0) return
    const queue = pending.get(verb)
    if (queue === undefined) pending.set(verb, [...claimed])
    else for (const held of claimed) queue.push(held)
    open += claimed.length
    gathering.called()
    idle.closeUnsafe()
    work.openUnsafe()
    const waiting = pending.get(verb)?.length ?? 0
    const isMany = gathering.isGathering && !(verb === "ack" && gathering.isFew(waiting))
    if (isMany || waiting >= ackRequestMaxIds) hurry.openUnsafe()
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

  const answered = (verb: SettleVerb, settling: Settling, reason: LostReason | undefined): void => {
    if (isOver) return
    open -= 1
    if ("idRequest" in settling) {
      heldIds.answered(settling, reason)
      return
    }
    const { delivery, settleRequest } = settling
    if (reason === "lease-lost") heldDeliveries.noteLeaseLost(delivery)
    const end = reason !== undefined ? "lost" : verb === "ack" ? "acked" : "released"
    const behind = heldDeliveries.forget(settling, end)
    if (behind.length > 0) giveBack(behind, verb === "ack" ? 0 : verb)
    settleRequest?.answered(reason === undefined ? undefined : { delivery, reason })
  }

  const retryLimits: RetryLimits = {
    callMillis: options.settleCallMillis,
    isWorthIt: (triedMillis) => triedMillis < options.settleTimeoutMillis && monotonicMillis(clock) < giveUpAt
  }

  const send = Effect.fnUntraced(function* (verb: SettleVerb, settling: ReadonlyArray<Settling>) {
    const changed = yield* calls.change(leaseChange(verb), settling, retryLimits)
    for (const each of changed.done) answered(verb, each, undefined)
    for (const each of changed.ended) answered(verb, each, "lease-lost")
    for (const each of [...changed.refused, ...changed.denied]) answered(verb, each, "refused")
    for (const each of changed.unanswered) answered(verb, each, "unanswered")
    if (open === 0) idle.openUnsafe()
    onRoom()
  })

  const loop = Effect.gen(function* () {
    yield* work.await
    const acks = pending.size === 1 ? pending.get("ack")?.length : undefined
    // Others usually settle within this moment, and share the request.
    yield* Effect.timeoutOption(hurry.await, gathering.begin(acks))
    gathering.end()
    work.closeUnsafe()
    hurry.closeUnsafe()
    const batches = [...pending]
    pending.clear()
    for (const [verb, settling] of batches) yield* FiberSet.run(sends, send(verb, settling))
  }).pipe(Effect.forever)

  return {
    giveBack,
    hurry: () => gathering.hurry(),
    gatherNoMore: () => gathering.stop(),
    giveBackIds: () => enqueue(0, heldIds.claim(heldIds.ids(), new SettleRequest(true))),
    settle: (verb, deliveries) =>
      Effect.callback((resume) => {
        const settleRequest: HeldDelivery["settleRequest"] = new SettleRequest(verb !== "ack")
        enqueue(verb, heldDeliveries.claim(deliveries, settleRequest))
        settleRequest.whenFinished((settled) => resume(Effect.succeed(settled)))
      }),
    settleIds: (verb, ackIds) =>
      Effect.callback((resume) => {
        const request: SettlingId["idRequest"] = new SettleRequest(verb !== "ack")
        enqueue(verb, heldIds.claim(ackIds, request))
        request.whenFinished((settled) => resume(Effect.succeed(settled)))
      }),
    flush: (within) =>
      Effect.suspend(() => {
        giveUpAt = monotonicMillis(clock) + Duration.toMillis(within)
        gathering.stop()
        hurry.openUnsafe()
        return Effect.map(Effect.timeoutOption(idle.await, within), () => {
          for (const held of [...heldDeliveries])
            if (held.settleRequest !== undefined) answered("ack", held, "unanswered")
          for (const settling of heldIds.settling()) answered("ack", settling, "unanswered")
          isOver = true
        })
      }),
    run: Effect.raceFirst(loop, FiberSet.join(sends))
  }
})

type Settling = HeldDelivery | SettlingId

const leaseChange = (verb: SettleVerb): LeaseChange => (verb === "ack" ? "ack" : { deadlineSeconds: verb })
