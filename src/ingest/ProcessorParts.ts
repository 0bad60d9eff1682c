/** The parts of a processor: what lasts for its life, and its intake, which may be closed and opened again. */
import { Clock, Duration, Effect, Result, Scope } from "effect"
import { DeadLetters } from "../deadletters/DeadLetters.ts"
import {
  type DeadLetterReason,
  deadLetterFate,
  type Fate,
  fates,
  type HandlingFailure
} from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import { type AttemptReports, type BatchAttempt, makeBatchAttempt } from "../pipeline/BatchAttempt.ts"
import type { Handle } from "../pipeline/DecodedDelivery.ts"
import { makeStreamLedger, type StreamLedger } from "../pipeline/StreamLedger.ts"
import { ackGatherMillis } from "../pubsub/Limits.ts"
import { Subscriber, type Subscription } from "../pubsub/Subscriber.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { RecentDeadLetter } from "../telemetry/RecentDeadLetters.ts"
import { tracedAttempt } from "../telemetry/TracedAttempt.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import {
  type DeadLettered,
  type DeadLetterLog,
  type DeadLettersListed,
  makeDeadLetterLog
} from "./DeadLetterLog.ts"
import { GivenBackOrders } from "./GivenBackOrders.ts"
import { dispose } from "./HandlingDisposition.ts"
import { type Intake, type IntakeOptions, makeIntake } from "./Intake.ts"
import { makeOrderHandler } from "./OrderHandler.ts"
import { makeOrderLock, type OrderLock } from "./OrderLock.ts"
import { makeOrdersProgress, type OrdersProgress } from "./OrdersProgress.ts"
import { makePaymentHandler } from "./PaymentHandler.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"

/** What the parts of a processor are made from. */
export interface ProcessorPartsOptions {
  readonly ordersSubscription: string
  readonly paymentsSubscription: string
  readonly processing: ProcessingSettings
  /** Which dead letters are logged one by one. Left out: some a second. */
  readonly deadLettersListed?: DeadLettersListed
}

/** The parts of a processor. */
export interface ProcessorParts {
  readonly ledgers: Readonly<Record<StreamName, StreamLedger<Fate>>>
  readonly progress: OrdersProgress
  /** When an order was stored last; when this was made, before the first. **Units**: ms of a monotonic clock. */
  readonly storedAtMillis: () => number
  /** The intake, while it is open. */
  readonly intake: () => Intake | undefined
  /** Opens both subscriptions for the life of the scope; nothing runs yet. */
  readonly open: (options: IntakeOptions) => Effect.Effect<Intake, never, Scope.Scope>
  readonly deadLetterLog: DeadLetterLog
  /** Of the orders whose payments are being written. */
  readonly locks: OrderLock
}

/** Makes the parts; the intake is closed. */
export const makeProcessorParts = Effect.fnUntraced(function* (
  options: ProcessorPartsOptions,
  reports: AttemptReports
) {
  const { maxRowBytes } = options.processing
  const clock = yield* Clock.Clock
  const metrics = yield* Metrics
  const subscriber = yield* Subscriber
  const now = () => monotonicMillis(clock)
  const givenBack = new GivenBackOrders(now)
  const ledgers = { orders: makeStreamLedger(fates, givenBack.note), payments: makeStreamLedger(fates) }
  const progress = yield* makeOrdersProgress({ ...ledgers, givenBack })
  const deadLetterLog = yield* makeDeadLetterLog(options.deadLettersListed)
  const attemptOf = attemptsWith({
    deadLetters: yield* DeadLetters,
    reports,
    onDeadLettered: (stream, letters) => {
      const atMillis = clock.currentTimeMillisUnsafe()
      for (const letter of letters) metrics.deadLetters.add(recentOf(stream, letter, atMillis))
      return deadLetterLog.published(stream, letters)
    }
  })
  const locks = makeOrderLock()
  let intake: Intake | undefined
  let storedAt = now()

  const handlePayments = yield* makePaymentHandler({ maxRowBytes, locks })
  const handleOrders = yield* makeOrderHandler({
    maxRowBytes,
    onStored: (orderIds) =>
      Effect.suspend(() => {
        if (orderIds.length > 0) storedAt = now()
        return intake?.waitingRoom.wake(orderIds) ?? Effect.void
      })
  })

  const open = Effect.fnUntraced(function* (given: IntakeOptions) {
    const [orders, payments] = yield* openSubscriptions(subscriber, options, given)
    const opened = yield* makeIntake({
      ...given,
      settings: options.processing,
      metrics,
      ledgers,
      orders,
      payments,
      orderAttempt: yield* attemptOf("orders", orders, ledgers.orders, handleOrders),
      paymentAttempt: yield* attemptOf("payments", payments, ledgers.payments, handlePayments)
    })
    yield* progress.read(orders)
    intake = opened
    // Before the subscriptions are closed they are read a last time: what they give back then, they tell afterwards.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        intake = undefined
      })
    )
    return opened
  })

  yield* metrics.watch("orders", ledgers.orders)
  yield* metrics.watch("payments", ledgers.payments)
  yield* metrics.watchWaits(() => intake?.waitingRoom.longestMillis() ?? 0)
  const parts: ProcessorParts = {
    ledgers,
    progress,
    storedAtMillis: () => storedAt,
    intake: () => intake,
    open,
    deadLetterLog,
    locks
  }
  return parts
})

interface Reporting {
  readonly deadLetters: DeadLetters["Service"]
  readonly reports: AttemptReports
  readonly onDeadLettered: DeadLetterLog["published"]
}

const recentOf = (
  stream: StreamName,
  { decoded: { decoded, delivery }, letter }: DeadLettered,
  atMillis: number
): Omit<RecentDeadLetter, "number"> => {
  const message = Result.getOrUndefined(decoded)
  return {
    atMillis,
    stream,
    reason: letter.reason,
    path: letter.path,
    messageId: delivery.messageId,
    orderId: message === undefined ? undefined : String(message.order_id),
    paymentId: message !== undefined && "payment_id" in message ? String(message.payment_id) : undefined,
    error: letter.error
  }
}

const attemptsWith =
  ({ onDeadLettered, ...shared }: Reporting) =>
  <A extends { readonly order_id: bigint }>(
    stream: StreamName,
    subscription: Subscription,
    ledger: StreamLedger<Fate>,
    handle: Handle<A, HandlingFailure, Fate>
  ): Effect.Effect<BatchAttempt<A, HandlingFailure, Fate, DeadLetterReason>> =>
    tracedAttempt(
      makeBatchAttempt({
        ...shared,
        subscription,
        ledger,
        handle,
        dispose,
        deadLetterFate,
        onDeadLettered: (letters) => onDeadLettered(stream, letters)
      }),
      { subscription: subscription.name, operation: "process" }
    )

const openSubscriptions = Effect.fnUntraced(function* (
  subscriber: Subscriber["Service"],
  { ordersSubscription, paymentsSubscription, processing }: ProcessorPartsOptions,
  { maxOutstandingMessages }: IntakeOptions
) {
  const { maxOutstandingBytes } = processing
  const settle = { gather: Duration.millis(ackGatherMillis) }
  // Closed concurrently: one after the other, a server that does not answer would cost the time of both.
  const both = yield* Scope.fork(yield* Effect.scope, "parallel")
  const open = (subscription: string) =>
    Effect.flatMap(Scope.fork(both), (scope) =>
      Scope.provide(
        subscriber.open({ subscription, maxOutstandingMessages, maxOutstandingBytes, settle }),
        scope
      )
    )
  return [yield* open(ordersSubscription), yield* open(paymentsSubscription)] as const
})
