/** The early payments in the waiting room: how many there may be, and when each is looked up again (G5). */
import { Clock, Duration, Effect, Latch, Semaphore } from "effect"
import type { HandlingFailure } from "../domain/Fate.ts"
import type { Payment } from "../domain/Payment.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import { type Backoff, backoffMillis } from "../time/Backoff.ts"
import { retryJitter } from "../time/Limits.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { recheckBaseMillis, recheckCapMillis, waitingRoomTickMillis } from "./Limits.ts"
import { PaymentsByOrder, type WaitingPayment } from "./PaymentsByOrder.ts"
import type { JudgedPayment, UnmatchedVerdict } from "./UnmatchedVerdict.ts"

/** How many may wait, and for how long at least. */
export interface WaitingPaymentsOptions {
  readonly maxMessages: number
  /** **Units**: bytes as encoded, attributes and ids included. */
  readonly maxBytes: number
  readonly grace: Duration.Duration
}

/** The early payments in the waiting room. */
export interface WaitingPayments {
  /** Adds a payment; suspends while the room is full. */
  readonly add: (orderId: bigint, payment: DecodedDelivery<Payment, HandlingFailure>) => Effect.Effect<void>
  /** Makes the payments of these orders due at once. */
  readonly wake: (orderIds: ReadonlyArray<bigint>) => Effect.Effect<void>
  /** Suspends until payments are due, and takes some, in turn; each must be kept or removed. */
  readonly takeDue: (atMost: number) => Effect.Effect<ReadonlyArray<WaitingPayment>>
  /** Puts taken payments back, until their next recheck. */
  readonly keep: (payments: ReadonlyArray<WaitingPayment>) => Effect.Effect<void>
  /** Removes taken payments, which makes room for others. */
  readonly remove: (payments: ReadonlyArray<WaitingPayment>) => Effect.Effect<void>
  /** Takes all that are not taken yet, due or not. */
  readonly takeIdle: Effect.Effect<ReadonlyArray<WaitingPayment>>
  /** Takes all, due or not, taken or not. */
  readonly takeAll: Effect.Effect<ReadonlyArray<WaitingPayment>>
  /** For how long a payment has waited. **Units**: milliseconds. */
  readonly waitedMillis: (payment: WaitingPayment) => number
  /**
   * Makes due at once those that the verdict is given on; answers of how many others the grace was over. Only those not
   * taken.
   */
  readonly reconsider: (
    verdict: Pick<UnmatchedVerdict, "isUnmatched" | "isGraceOver">
  ) => Effect.Effect<number>
  /** Those that are meant, by going through all. */
  readonly find: (isMeant: (payment: WaitingPayment) => boolean) => ReadonlyArray<WaitingPayment>
  /** Payments in the room, those taken and not yet removed included. */
  readonly occupancy: () => number
  /** How much of the room is taken, of its places or its bytes, whichever is more. **Units**: a share, 0 to 1. */
  readonly share: () => number
  /** How long the oldest payment in the room has waited; 0 while there is none. **Units**: milliseconds. */
  readonly longestMillis: () => number
}

/** Makes an empty room. */
export const makeWaitingPayments = (options: WaitingPaymentsOptions): Effect.Effect<WaitingPayments> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const graceMillis = Duration.toMillis(options.grace)
    const places = yield* Semaphore.make(options.maxMessages)
    const bytes = yield* Semaphore.make(options.maxBytes)
    const wakeUp = yield* Latch.make(false)
    const byOrder = new PaymentsByOrder()
    let occupancy = 0
    let occupiedBytes = 0

    const waitedMillis = ({ sinceMillis }: WaitingPayment) => monotonicMillis(clock) - sinceMillis

    /** The sooner of the next recheck and the end of the grace. */
    const nextDue = (payment: Pick<WaitingPayment, "rechecks" | "sinceMillis">) =>
      Effect.map(backoffMillis(recheckBackoff, payment.rechecks + 1), (wait) => {
        const now = monotonicMillis(clock)
        const graceEnd = payment.sinceMillis + graceMillis
        return graceEnd > now ? Math.min(now + wait, graceEnd) : now + wait
      })

    const add: WaitingPayments["add"] = Effect.fnUntraced(function* (orderId, decoded) {
      const size = Math.min(decoded.delivery.bytes, options.maxBytes)
      yield* places.take(1)
      yield* bytes.take(size).pipe(Effect.onInterrupt(() => places.release(1)))
      const sinceMillis = monotonicMillis(clock)
      const dueAtMillis = yield* nextDue({ rechecks: 0, sinceMillis })
      occupancy++
      occupiedBytes += size
      byOrder.add({
        decoded,
        orderId,
        bytes: size,
        sinceMillis,
        dueAtMillis,
        isWoken: false,
        isTaken: false,
        rechecks: 0,
        isOverdue: false
      })
      if (occupancy === 1) wakeUp.openUnsafe()
    })

    const takeDue: WaitingPayments["takeDue"] = Effect.fnUntraced(function* (atMost) {
      for (;;) {
        wakeUp.closeUnsafe()
        const due = byOrder.takeDue(atMost, monotonicMillis(clock))
        if (due.length > 0) return due
        // Nothing becomes due in an empty room, and a look costs as much as a message.
        if (occupancy === 0) yield* wakeUp.await
        else yield* Effect.raceFirst(Effect.sleep(Duration.millis(waitingRoomTickMillis)), wakeUp.await)
      }
    })

    const keep: WaitingPayments["keep"] = Effect.fnUntraced(function* (payments) {
      for (const payment of payments) {
        payment.rechecks++
        // Usually the watermark is only a moment behind, so it is checked again soon.
        if (!payment.isOverdue && waitedMillis(payment) >= graceMillis) {
          payment.isOverdue = true
          payment.rechecks = 0
        }
        payment.dueAtMillis = yield* nextDue(payment)
        payment.isTaken = false
        // To the end of the queue: however slow the lookups are, every payment that is due has a turn.
        byOrder.remove(payment)
        byOrder.add(payment)
        if (payment.isWoken) wakeUp.openUnsafe()
      }
    })

    return {
      add,
      wake: (orderIds) =>
        Effect.sync(() => {
          for (const orderId of orderIds) if (byOrder.wake(orderId)) wakeUp.openUnsafe()
        }),
      takeDue,
      keep,
      remove: (payments) =>
        Effect.suspend(() => {
          occupancy -= payments.length
          for (const payment of payments) byOrder.remove(payment)
          const size = payments.reduce((sum, payment) => sum + payment.bytes, 0)
          occupiedBytes -= size
          return places.release(payments.length).pipe(Effect.andThen(bytes.release(size)), Effect.asVoid)
        }),
      takeIdle: Effect.sync(() => byOrder.takeIdle()),
      takeAll: Effect.sync(() => byOrder.takeAll()),
      waitedMillis,
      reconsider: (verdict) =>
        Effect.sync(() => {
          let heldUp = 0
          // All at once: one that is looked up and kept meanwhile is at the end of the queue again.
          for (const payment of [...byOrder.idle()]) {
            if (verdict.isUnmatched(judged(payment))) {
              payment.dueAtMillis = Number.NEGATIVE_INFINITY
              wakeUp.openUnsafe()
            } else if (verdict.isGraceOver(judged(payment))) heldUp += 1
          }
          return heldUp
        }),
      find: (isMeant) => byOrder.find(isMeant),
      occupancy: () => occupancy,
      share: () => Math.max(occupancy / options.maxMessages, occupiedBytes / options.maxBytes),
      longestMillis: () => {
        const now = monotonicMillis(clock)
        return now - (byOrder.oldestMillis ?? now)
      }
    }
  })

/** What a verdict on a payment is given on. */
export const judged = ({ decoded, orderId, sinceMillis }: WaitingPayment): JudgedPayment => ({
  orderId,
  publishTimeMicros: decoded.delivery.publishTimeMicros,
  sinceMillis
})

const recheckBackoff: Backoff = {
  baseMillis: recheckBaseMillis,
  capMillis: recheckCapMillis,
  jitter: retryJitter
}
