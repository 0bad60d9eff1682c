/** Runs orders and payments together: the two pipelines, the waiting room between them, and a clean stop. */
import { Duration, Effect, Fiber, Scope } from "effect"
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
import { FactStore } from "../facts/FactStore.ts"
import { type AttemptReports, type BatchAttempt, makeBatchAttempt } from "../pipeline/BatchAttempt.ts"
import type { Handle } from "../pipeline/DecodedDelivery.ts"
import { makePipeline, type Pipeline } from "../pipeline/Pipeline.ts"
import { makeStreamLedger, type StreamLedger } from "../pipeline/StreamLedger.ts"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { Subscriber, type Subscription } from "../pubsub/Subscriber.ts"
import type { Health } from "../telemetry/Health.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { WaitOutcome } from "../telemetry/WaitSeries.ts"
import { dispose } from "./HandlingDisposition.ts"
import { makeHealthMonitor, type WatchedStream } from "./HealthMonitor.ts"
import { caughtUpAfterMillis, drainPollMillis } from "./Limits.ts"
import { makeOrderHandler } from "./OrderHandler.ts"
import { makeWatermark } from "./OrdersWatermark.ts"
import { makePaymentHandler } from "./PaymentHandler.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import { makeWaitingRoom, type WaitingRoom } from "./WaitingRoom.ts"

/** What a processor reads and how much it takes on. */
export interface ProcessorOptions {
  readonly ordersSubscription: string
  readonly paymentsSubscription: string
  /** Where `DeadLetters` publishes to; watched for health. */
  readonly deadLetterTopic: string
  readonly processing: ProcessingSettings
}

/** A processor that can be run once. */
export interface Processor {
  /**
   * Runs until it is stopped, or interrupted, which stops it cleanly within `shutdownTimeout` (G8).
   *
   * **Errors**: `PubSubError`: a source subscription is missing or access to it denied.
   */
  readonly run: Effect.Effect<void, PubSubError>
  /** Stops intake; `run` ends when what is in flight has its fate and the rest is released. */
  readonly stop: Effect.Effect<void>
  /** Suspends until everything that was waiting on the subscriptions has its fate. */
  readonly drained: Effect.Effect<void>
}

/** Opens both subscriptions for the life of the scope, and makes the processor. */
export const makeProcessor = (
  options: ProcessorOptions
): Effect.Effect<
  Processor,
  never,
  Subscriber | PubSubAdmin | FactStore | DeadLetters | Metrics | Health | Scope.Scope
> =>
  Effect.gen(function* () {
    const { processing } = options
    const admin = yield* PubSubAdmin
    const facts = yield* FactStore
    const monitor = yield* makeHealthMonitor(admin.topicName(options.deadLetterTopic))
    const parts = yield* makeParts(options, monitor)
    const { orders, payments, waitingRoom } = parts
    const metrics = yield* Metrics

    const running = Effect.raceFirst(
      Effect.all([orders.pipeline.run, payments.pipeline.run, waitingRoom.run], {
        concurrency: "unbounded",
        discard: true
      }),
      monitor.watch({
        streams: watchedStreams(parts, metrics),
        ping: facts.ping,
        deadLetterTopicExists: admin.topicExists(options.deadLetterTopic)
      })
    )

    const stop = Effect.gen(function* () {
      yield* monitor.stopping
      yield* orders.pipeline.stop
      yield* payments.pipeline.stop
      yield* waitingRoom.stop
    })
    const abandon = Effect.gen(function* () {
      yield* Effect.logWarning("the stop took longer than SHUTDOWN_TIMEOUT; the rest will be redelivered")
      yield* orders.pipeline.abandon
      yield* payments.pipeline.abandon
      yield* waitingRoom.abandon
      orders.ledger.abandon()
      payments.ledger.abandon()
    })

    return {
      run: Effect.gen(function* () {
        // supervised: joined here; it outlives an interruption of the join, so that it can stop cleanly
        const fiber = yield* Effect.forkScoped(running)
        const stopWithin = Effect.andThen(stop, Fiber.await(fiber)).pipe(
          Effect.timeoutOrElse({
            duration: processing.shutdownTimeout,
            orElse: () => Effect.andThen(Fiber.interrupt(fiber), abandon)
          })
        )
        yield* Fiber.join(fiber).pipe(Effect.onInterrupt(() => stopWithin))
      }).pipe(Effect.scoped),
      stop,
      drained: awaitDrained(parts)
    }
  })

/** One stream: what it reads, where its deliveries are, and what runs them. */
interface Stream {
  readonly subscription: Subscription
  readonly ledger: StreamLedger<Fate>
  readonly pipeline: Pipeline
}

interface Parts {
  readonly orders: Stream
  readonly payments: Stream
  readonly waitingRoom: WaitingRoom
}

const makeParts = Effect.fnUntraced(function* (options: ProcessorOptions, reports: AttemptReports) {
  const { maxRowBytes, maxRetrying } = options.processing
  const metrics = yield* Metrics
  const deadLetters = yield* DeadLetters
  const [orders, payments] = yield* openSubscriptions(options)
  const attemptOf = <A>(
    subscription: Subscription,
    ledger: StreamLedger<Fate>,
    handle: Handle<A, HandlingFailure, Fate>
  ): BatchAttempt<A, HandlingFailure, Fate, DeadLetterReason> =>
    makeBatchAttempt({ subscription, ledger, handle, dispose, deadLetters, deadLetterFate, reports })
  const onDurable = (stream: StreamName) => (millis: number, deliveries: number) =>
    metrics.durableAfter(stream, millis, deliveries)

  const orderLedger = makeStreamLedger(fates)
  const paymentLedger = makeStreamLedger(fates)
  const paymentAttempt = attemptOf(payments, paymentLedger, yield* makePaymentHandler({ maxRowBytes }))
  const waitingRoom = yield* makeWaitingRoom({
    limits: options.processing,
    payments,
    ledger: paymentLedger,
    attempt: paymentAttempt,
    watermark: makeWatermark(
      Effect.map(orders.status, ({ oldestUndeliveredMicros, quietMillis }) => ({
        oldestUnsettledMicros: lesser(orderLedger.oldestMicros(), oldestUndeliveredMicros),
        lastUnsettledMicros: orderLedger.lastOldestMicros(),
        quietMillis
      }))
    ),
    onLeft: (fate, waitedMillis) => metrics.waited(outcomeOf(fate), waitedMillis)
  })
  const orderHandler = yield* makeOrderHandler({ maxRowBytes, onStored: waitingRoom.wake })
  const orderPipeline = yield* makePipeline({
    subscription: orders,
    decode: ({ attributes, data }) => decodeOrder(data, attributes),
    attempt: attemptOf(orders, orderLedger, orderHandler),
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
  const parts: Parts = {
    orders: { subscription: orders, ledger: orderLedger, pipeline: orderPipeline },
    payments: { subscription: payments, ledger: paymentLedger, pipeline: paymentPipeline },
    waitingRoom
  }
  return parts
})

const openSubscriptions = Effect.fnUntraced(function* (options: ProcessorOptions) {
  const { maxOutstandingMessages, maxOutstandingBytes } = options.processing
  const subscriber = yield* Subscriber
  // Closed side by side: one after the other, a server that does not answer would cost the time of both.
  const both = yield* Scope.fork(yield* Effect.scope, "parallel")
  const open = (subscription: string) =>
    Effect.flatMap(Scope.fork(both), (scope) =>
      Scope.provide(subscriber.open({ subscription, maxOutstandingMessages, maxOutstandingBytes }), scope)
    )
  return [yield* open(options.ordersSubscription), yield* open(options.paymentsSubscription)] as const
})

const lesser = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined ? right : right === undefined ? left : Math.min(left, right)

const outcomeOf = (fate: Fate | undefined): WaitOutcome => {
  if (fate === undefined) return "released"
  return fate === "payment-matched" || fate === "payment-superseded" ? fate : "dead-lettered"
}

const watchedStreams = (
  { orders, payments, waitingRoom }: Parts,
  metrics: Metrics["Service"]
): ReadonlyArray<WatchedStream> => [
  {
    stream: "orders",
    subscription: countingLeases("orders", orders, metrics),
    retrying: () => orders.ledger.totals().retrying,
    pausedBecause: () => blockedBy(orders)
  },
  {
    stream: "payments",
    subscription: countingLeases("payments", payments, metrics),
    retrying: () => payments.ledger.totals().retrying,
    pausedBecause: () =>
      blockedBy(payments) ??
      (waitingRoom.isFull() ? "the waiting room is full (WAITING_ROOM_MAX, WAITING_ROOM_BYTES)" : undefined)
  }
]

/** Health reads the status often enough for the count of leases lost to be read with it. */
const countingLeases = (
  stream: StreamName,
  { subscription }: Stream,
  metrics: Metrics["Service"]
): WatchedStream["subscription"] => ({
  status: Effect.tap(subscription.status, ({ leasesLost }) => metrics.leasesLost(stream, leasesLost))
})

const blockedBy = ({ ledger, pipeline }: Stream): string | undefined => {
  switch (pipeline.blockedBy()) {
    case "retries":
      return `${ledger.totals().retrying} deliveries are being retried (MAX_RETRYING)`
    case "dead letters":
      return "the dead-letter topic takes dead letters more slowly than they come"
    case undefined:
      return undefined
  }
}

const awaitDrained = ({ orders, payments }: Parts): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      const statuses = yield* Effect.all([orders.subscription.status, payments.subscription.status])
      const isQuiet = statuses.every(({ quietMillis }) => quietMillis >= caughtUpAfterMillis)
      if (isQuiet && orders.ledger.held() + payments.ledger.held() === 0) return
      yield* Effect.sleep(Duration.millis(drainPollMillis))
    }
  })
