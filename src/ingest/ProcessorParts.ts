/** The parts of a processor: two streams, each with its ledger and pipeline, and the waiting room between them. */
import { Effect, Scope } from "effect"
import { DeadLetters } from "../deadletters/DeadLetters.ts"
import { decodeOrder, decodePayment } from "../domain/Decoder.ts"
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
import { makePipeline, type Pipeline } from "../pipeline/Pipeline.ts"
import { lesser, makeStreamLedger, type StreamLedger } from "../pipeline/StreamLedger.ts"
import { Subscriber, type Subscription } from "../pubsub/Subscriber.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { WaitOutcome } from "../telemetry/WaitSeries.ts"
import { type DeadLetterLog, type DeadLettersListed, makeDeadLetterLog } from "./DeadLetterLog.ts"
import { dispose } from "./HandlingDisposition.ts"
import { makeOrderHandler } from "./OrderHandler.ts"
import { makeWatermark } from "./OrdersWatermark.ts"
import { makePaymentHandler } from "./PaymentHandler.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import { progressOf } from "./StreamReadings.ts"
import { makeWaitingRoom, type WaitingRoom } from "./WaitingRoom.ts"

/** What the parts of a processor are made from. */
export interface ProcessorPartsOptions {
  readonly ordersSubscription: string
  readonly paymentsSubscription: string
  readonly processing: ProcessingSettings
  /** Which dead letters are logged one by one. Left out: some a second. */
  readonly deadLettersListed?: DeadLettersListed
}

/** One stream: what it reads, where its deliveries are, and what runs them. */
export interface Stream {
  readonly subscription: Subscription
  readonly ledger: StreamLedger<Fate>
  readonly pipeline: Pipeline
}

/** The parts of a processor. */
export interface ProcessorParts {
  readonly orders: Stream
  readonly payments: Stream
  readonly waitingRoom: WaitingRoom
  readonly watermark: Effect.Effect<number>
  readonly deadLetterLog: DeadLetterLog
}

/** Opens both subscriptions for the life of the scope, and makes the parts; nothing runs yet. */
export const makeProcessorParts = Effect.fnUntraced(function* (
  options: ProcessorPartsOptions,
  reports: AttemptReports
) {
  const { maxRowBytes, maxRetrying } = options.processing
  const metrics = yield* Metrics
  const [orders, payments] = yield* openSubscriptions(options)
  const deadLetterLog = yield* makeDeadLetterLog(options.deadLettersListed)
  const attemptOf = attemptsWith({ deadLetters: yield* DeadLetters, reports, deadLetterLog })
  const onDurable = (stream: StreamName) => (millis: number, deliveries: number) =>
    metrics.durableAfter(stream, millis, deliveries)

  const orderLedger = makeStreamLedger(fates)
  const paymentLedger = makeStreamLedger(fates)
  const paymentHandler = yield* makePaymentHandler({ maxRowBytes })
  const paymentAttempt = attemptOf("payments", payments, paymentLedger, paymentHandler)
  const watermark = watermarkOf(orders, orderLedger)
  const waitingRoom = yield* makeWaitingRoom({
    limits: options.processing,
    payments,
    ledger: paymentLedger,
    attempt: paymentAttempt,
    watermark,
    onLeft: (fate, waitedMillis) => metrics.waited(outcomeOf(fate), waitedMillis)
  })
  const orderHandler = yield* makeOrderHandler({ maxRowBytes, onStored: waitingRoom.wake })
  const orderPipeline = yield* makePipeline({
    subscription: orders,
    decode: ({ attributes, data }) => decodeOrder(data, attributes),
    attempt: attemptOf("orders", orders, orderLedger, orderHandler),
    ledger: orderLedger,
    maxRetrying,
    onDurable: onDurable("orders")
  })
  const paymentPipeline = yield* makePipeline({
    subscription: payments,
    decode: ({ attributes, data }) => decodePayment(data, attributes),
    attempt: paymentAttempt,
    ledger: paymentLedger,
    maxRetrying,
    ...(waitingRoom.admit === undefined ? {} : { admit: waitingRoom.admit }),
    onDurable: onDurable("payments")
  })
  yield* metrics.watch("orders", orderLedger)
  yield* metrics.watch("payments", paymentLedger)
  yield* metrics.watchWaits(waitingRoom.longestMillis)
  const parts: ProcessorParts = {
    orders: { subscription: orders, ledger: orderLedger, pipeline: orderPipeline },
    payments: { subscription: payments, ledger: paymentLedger, pipeline: paymentPipeline },
    waitingRoom,
    watermark,
    deadLetterLog
  }
  return parts
})

interface Reporting {
  readonly deadLetters: DeadLetters["Service"]
  readonly reports: AttemptReports
  readonly deadLetterLog: DeadLetterLog
}

const attemptsWith =
  ({ deadLetterLog, ...shared }: Reporting) =>
  <A extends { readonly order_id: bigint }>(
    stream: StreamName,
    subscription: Subscription,
    ledger: StreamLedger<Fate>,
    handle: Handle<A, HandlingFailure, Fate>
  ): BatchAttempt<A, HandlingFailure, Fate, DeadLetterReason> =>
    makeBatchAttempt({
      ...shared,
      subscription,
      ledger,
      handle,
      dispose,
      deadLetterFate,
      onDeadLettered: (letters) => deadLetterLog.published(stream, letters)
    })

const openSubscriptions = Effect.fnUntraced(function* (options: ProcessorPartsOptions) {
  const { maxOutstandingMessages, maxOutstandingBytes } = options.processing
  const subscriber = yield* Subscriber
  // Closed concurrently: one after the other, a server that does not answer would cost the time of both.
  const both = yield* Scope.fork(yield* Effect.scope, "parallel")
  const open = (subscription: string) =>
    Effect.flatMap(Scope.fork(both), (scope) =>
      Scope.provide(subscriber.open({ subscription, maxOutstandingMessages, maxOutstandingBytes }), scope)
    )
  return [yield* open(options.ordersSubscription), yield* open(options.paymentsSubscription)] as const
})

const watermarkOf = (orders: Subscription, ledger: StreamLedger<Fate>): Effect.Effect<number> =>
  makeWatermark(
    Effect.map(progressOf(orders), ({ oldestUndeliveredMicros, quietMillis }) => ({
      oldestUnsettledMicros: lesser(ledger.oldestMicros(), oldestUndeliveredMicros),
      lastUnsettledMicros: ledger.lastOldestMicros(),
      quietMillis
    }))
  )

const outcomeOf = (fate: Fate | undefined): WaitOutcome => {
  if (fate === undefined) return "released"
  return fate === "payment-matched" || fate === "payment-superseded" ? fate : "dead-lettered"
}
