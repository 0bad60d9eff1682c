/** Holds early payments, leased, until their order comes or it is certain enough that none comes (G5). */
import { Deferred, Duration, Effect, FiberSet, Result, type Scope, Semaphore } from "effect"
import type { DeadLetterReason, Fate, HandlingFailure } from "../domain/Fate.ts"
import type { Payment } from "../domain/Payment.ts"
import type { BatchAttempt } from "../pipeline/BatchAttempt.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import type { LedgerEntry } from "../pipeline/LedgerEntry.ts"
import { releaseFrom } from "../pipeline/Release.ts"
import type { StreamLedger } from "../pipeline/StreamLedger.ts"
import { copyOutOfResponse, type Delivery } from "../pubsub/Message.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { recheckBatch, recheckBatchesAtOnce } from "./Limits.ts"
import type { WaitingPayment } from "./PaymentsByOrder.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import type { UnmatchedVerdict } from "./UnmatchedVerdict.ts"
import { judged, makeWaitingPayments, type WaitingPayments } from "./WaitingPayments.ts"

type Decoded = DecodedDelivery<Payment, HandlingFailure>

/** What a waiting room is made of. */
export interface WaitingRoomOptions {
  readonly limits: Pick<ProcessingSettings, "waitingRoomMax" | "waitingRoomBytes" | "paymentGrace">
  readonly payments: Pick<Subscription, "setAside" | "release">
  /** The one of the payments pipeline, and the attempts that were made with it. */
  readonly ledger: StreamLedger<Fate>
  readonly attempt: BatchAttempt<Payment, HandlingFailure, Fate, DeadLetterReason>
  /** The verdicts that can be given now; undefined where none can. */
  readonly verdict: Effect.Effect<UnmatchedVerdict | undefined>
  /** Called for each payment that leaves: undefined, where it was released, is no fate. **Units**: milliseconds. */
  readonly onLeft: (fate: Fate | undefined, waitedMillis: number) => void
}

/** The waiting room of early payments. */
export interface WaitingRoom {
  /**
   * Takes over a payment whose order is not there, suspending while there is no room, which pauses the intake of
   * payments and of nothing else; false once stopped. Undefined with a grace of 0, where none waits.
   */
  readonly admit: ((payment: Decoded, from: LedgerEntry<Fate>) => Effect.Effect<boolean>) | undefined
  /** Makes payments of these orders due at once. */
  readonly wake: (orderIds: ReadonlyArray<bigint>) => Effect.Effect<void>
  /** Has verdicts given at once; answers on how many payments whose grace is over there can be none yet. */
  readonly reconsider: (verdict: UnmatchedVerdict) => Effect.Effect<number>
  /** Looks orders up again until `stop`; then releases all payments. */
  readonly run: Effect.Effect<void>
  readonly stop: Effect.Effect<void>
  /** Once `run` is interrupted: forgets all payments. Closing the subscription releases them. */
  readonly abandon: Effect.Effect<void>
  /** The payments in the room that are meant, by going through all. */
  readonly find: WaitingPayments["find"]
  readonly occupancy: () => number
  /** How much of the room is taken, of its places or its bytes, whichever is more. **Units**: a share, 0 to 1. */
  readonly share: () => number
  readonly longestMillis: () => number
  /** Whether payments wait in front of a full room. */
  readonly isFull: () => boolean
}

/** Opens a waiting room over the payments subscription. */
export const makeWaitingRoom = (
  options: WaitingRoomOptions
): Effect.Effect<WaitingRoom, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { ledger, limits } = options
    const room = yield* makeWaitingPayments({
      maxMessages: limits.waitingRoomMax,
      maxBytes: limits.waitingRoomBytes,
      grace: limits.paymentGrace
    })
    const entry = ledger.open("waiting")
    const fibers = yield* FiberSet.make<void, never>()
    const lookUps = yield* Semaphore.make(recheckBatchesAtOnce)
    const stopping = yield* Deferred.make<void>()
    let blockedAdmissions = 0

    const untilStopped = <A>(effect: Effect.Effect<A>): Effect.Effect<A | undefined> =>
      Effect.raceFirst(Effect.as(Deferred.await(stopping), undefined), effect)

    const admit = Effect.fnUntraced(function* (payment: Decoded, from: LedgerEntry<Fate>) {
      if (Result.isFailure(payment.decoded)) return false
      const orderId = payment.decoded.success.order_id
      blockedAdmissions++
      const added = Effect.as(room.add(orderId, payment), true).pipe(
        // In one step with taking the place: what leaves the room is always in its entry.
        Effect.tap(() => Effect.sync(() => from.moveTo(entry, [payment])))
      )
      const isAdmitted = (yield* untilStopped(added)) ?? false
      blockedAdmissions--
      if (!isAdmitted) return false
      // Not sooner: payments in front of a full room count as outstanding, or nothing would limit them.
      yield* options.payments.setAside([payment.delivery])
      copyOutOfResponse([payment.delivery])
      return true
    })

    /** Removes payments, each with what became of it. */
    const remove = (gone: ReadonlyArray<WaitingPayment>, fates: ReadonlyMap<WaitingPayment, Fate>) =>
      Effect.suspend(() => {
        for (const payment of gone) options.onLeft(fates.get(payment), room.waitedMillis(payment))
        return room.remove(gone)
      })

    const lookUp = makeLookUp({ ...options, room, entry, remove, lookUps })

    const rechecks = Effect.gen(function* () {
      for (;;) {
        const due = yield* untilStopped(Effect.andThen(lookUps.take(1), room.takeDue(recheckBatch)))
        if (due === undefined) return
        // supervised: `run` joins the fibers
        yield* FiberSet.run(fibers, lookUp(due))
      }
    })

    const releaseAll = Effect.fnUntraced(function* (payments: ReadonlyArray<WaitingPayment>) {
      yield* remove(payments, noFates)
      yield* releaseFrom(
        options.payments,
        payments.map(({ decoded }) => decoded),
        entry
      )
    })

    const run = Effect.gen(function* () {
      yield* rechecks
      // Those that only wait are released at once; those being looked up are released when the lookup has ended.
      yield* releaseAll(yield* room.takeIdle)
      yield* FiberSet.awaitEmpty(fibers)
      yield* releaseAll(yield* room.takeAll)
    }).pipe(Effect.raceFirst(FiberSet.join(fibers)))

    return {
      admit: Duration.toMillis(limits.paymentGrace) === 0 ? undefined : admit,
      wake: room.wake,
      reconsider: room.reconsider,
      run,
      stop: Effect.asVoid(Deferred.succeed(stopping, undefined)),
      abandon: Effect.gen(function* () {
        yield* FiberSet.clear(fibers)
        yield* remove(yield* room.takeAll, noFates)
      }),
      find: room.find,
      occupancy: room.occupancy,
      share: room.share,
      longestMillis: room.longestMillis,
      isFull: () => blockedAdmissions > 0
    }
  })

const noFates: ReadonlyMap<WaitingPayment, Fate> = new Map()

interface LookUpOptions extends WaitingRoomOptions {
  readonly room: WaitingPayments
  readonly entry: LedgerEntry<Fate>
  readonly remove: (
    gone: ReadonlyArray<WaitingPayment>,
    fates: ReadonlyMap<WaitingPayment, Fate>
  ) => Effect.Effect<void>
  /** One permit is given back once the table has answered. */
  readonly lookUps: Semaphore.Semaphore
}

/** Does this the first time it is run, and nothing later. */
const once = (work: Effect.Effect<unknown>): Effect.Effect<void> => {
  let isDone = false
  return Effect.suspend(() => {
    if (isDone) return Effect.void
    isDone = true
    return Effect.asVoid(work)
  })
}

/** Looks the orders of payments up again; gives up those that waited long enough. */
const makeLookUp = (options: LookUpOptions) => {
  const { attempt, entry, lookUps, remove, room } = options
  return Effect.fnUntraced(function* (due: ReadonlyArray<WaitingPayment>) {
    // Read before the table is: an order stored after that was settled nowhere yet, or is found.
    const verdict = yield* options.verdict
    const unmatched = new Set(
      verdict === undefined
        ? []
        : due.filter((payment) => verdict.isUnmatched(judged(payment))).map(({ decoded }) => decoded)
    )
    const byDelivery = new Map(due.map((payment) => [payment.decoded.delivery, payment]))
    const fates = new Map<WaitingPayment, Fate>()
    const onDurable = (fate: Fate, deliveries: ReadonlyArray<Delivery>) => {
      for (const delivery of deliveries) {
        const payment = byDelivery.get(delivery)
        if (payment !== undefined) fates.set(payment, fate)
      }
    }
    const onAnswered = once(lookUps.release(1))
    const unsettled = yield* attempt
      .settle({
        deliveries: due.map(({ decoded }) => decoded),
        entry,
        mayWait: (payment) => !unmatched.has(payment),
        isFirstTry: false,
        onDurable,
        onAnswered
      })
      .pipe(Effect.ensuring(onAnswered))
    yield* releaseFrom(options.payments, unsettled.leave, entry)
    const staying = new Set([...unsettled.retry, ...unsettled.wait])
    const publishing = new Set(unsettled.deadLetters.map(({ decoded }) => decoded))
    yield* room.keep(due.filter(({ decoded }) => staying.has(decoded)))
    yield* remove(
      due.filter(({ decoded }) => !staying.has(decoded) && !publishing.has(decoded)),
      fates
    )
    if (publishing.size === 0) return
    // A slow topic delays no lookup: these payments keep only their places in the room (G3).
    const isDue = (payment: Decoded) => !unmatched.has(payment) || verdict?.isDue() === true
    const unpublished = new Set(yield* attempt.deadLetter(unsettled.deadLetters, { entry, onDurable }, isDue))
    yield* room.keep(due.filter(({ decoded }) => unpublished.has(decoded)))
    yield* remove(
      due.filter(({ decoded }) => publishing.has(decoded) && !unpublished.has(decoded)),
      fates
    )
  })
}
