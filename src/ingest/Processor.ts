/** Runs orders and payments together: the two pipelines, the waiting room between them, and a clean stop. */
import { Duration, Effect, Fiber, Scope } from "effect"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { Order } from "../domain/Order.ts"
import type { Payment } from "../domain/Payment.ts"
import { FactStore } from "../facts/FactStore.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { type DeliveryProgress, Subscriber, type Subscription } from "../pubsub/Subscriber.ts"
import { Health } from "../telemetry/Health.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import { decodeOrder, decodePayment } from "./Decoder.ts"
import { watchFacts } from "./FactsHealth.ts"
import { caughtUpAfterMillis, drainPollMillis } from "./Limits.ts"
import { makeOrderIngest } from "./OrderIngest.ts"
import { makePaymentIngest } from "./PaymentIngest.ts"
import { gaugesOf, makePipeline, type Pipeline } from "./Pipeline.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import { makeReception, type Reception } from "./Reception.ts"
import { type WatchedSource, watchSources } from "./SourceHealth.ts"
import { makeWatermark } from "./Watermark.ts"

/** What a processor reads and how much it takes on. */
export interface ProcessorOptions {
  readonly ordersSubscription: string
  readonly paymentsSubscription: string
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
): Effect.Effect<Processor, never, Subscriber | FactStore | DeadLetters | Metrics | Health | Scope.Scope> =>
  Effect.gen(function* () {
    const { processing } = options
    const parts = yield* makeParts(options)
    const { orders, payments, reception } = parts
    const metrics = yield* Metrics
    const health = yield* Health
    const facts = yield* FactStore
    let isStopping = false

    const watermark = makeWatermark(
      Effect.map(progressOf(orders.subscription), ({ oldestUndeliveredMicros, quietMillis }) => ({
        oldestUnsettledMicros: lesser(orders.pipeline.oldestMicros(), oldestUndeliveredMicros),
        lastUnsettledMicros: orders.pipeline.lastOldestMicros(),
        quietMillis
      }))
    )
    const running = Effect.raceFirst(
      Effect.all([orders.pipeline.run, payments.pipeline.run, reception.run(payments.pipeline, watermark)], {
        concurrency: "unbounded",
        discard: true
      }),
      Effect.raceFirst(
        watchSources(sourcesOf(parts), () => isStopping),
        watchFacts(() => orders.pipeline.retrying() + payments.pipeline.retrying() > 0)
      )
    ).pipe(
      Effect.provideService(Health, health),
      Effect.provideService(Metrics, metrics),
      Effect.provideService(FactStore, facts)
    )

    const stop = Effect.gen(function* () {
      isStopping = true
      yield* health.set("orders", { _tag: "Stopping" })
      yield* health.set("payments", { _tag: "Stopping" })
      yield* orders.pipeline.stop
      yield* payments.pipeline.stop
      yield* reception.stop
    })
    const giveUp = Effect.gen(function* () {
      yield* Effect.logWarning("the stop took longer than SHUTDOWN_TIMEOUT; the rest will be redelivered")
      yield* orders.pipeline.giveUp
      yield* payments.pipeline.giveUp
      yield* metrics.released("payments", yield* reception.giveUp)
    })

    return {
      run: Effect.gen(function* () {
        // supervised: joined here; it outlives an interruption of the join, so that it can stop cleanly
        const fiber = yield* Effect.forkScoped(running)
        const stopWithin = Effect.andThen(stop, Fiber.await(fiber)).pipe(
          Effect.timeoutOrElse({
            duration: processing.shutdownTimeout,
            orElse: () => Effect.andThen(Fiber.interrupt(fiber), giveUp)
          })
        )
        yield* Fiber.join(fiber).pipe(Effect.onInterrupt(() => stopWithin))
      }).pipe(Effect.scoped),
      stop,
      drained: awaitDrained(parts)
    }
  })

interface Source<A> {
  readonly subscription: Subscription
  readonly pipeline: Pipeline<A>
}

interface Parts {
  readonly orders: Source<Order>
  readonly payments: Source<Payment>
  readonly reception: Reception
}

const makeParts = Effect.fnUntraced(function* (options: ProcessorOptions) {
  const { maxOutstandingMessages, maxOutstandingBytes, maxRowBytes, maxRetrying } = options.processing
  const source = yield* Subscriber
  const metrics = yield* Metrics
  // Closed side by side: one after the other, a server that does not answer would cost the time of both.
  const both = yield* Scope.fork(yield* Effect.scope, "parallel")
  const open = (subscription: string) =>
    Effect.flatMap(Scope.fork(both), (scope) =>
      Scope.provide(source.open({ subscription, maxOutstandingMessages, maxOutstandingBytes }), scope)
    )
  const orders = yield* open(options.ordersSubscription)
  const payments = yield* open(options.paymentsSubscription)
  const reception = yield* makeReception(options.processing, payments)
  const orderPipeline: Pipeline<Order> = yield* makePipeline({
    stream: "orders",
    subscription: orders,
    decode: decodeOrder,
    handle: yield* makeOrderIngest({ maxRowBytes, onStored: reception.wake }),
    maxRetrying,
    admit: undefined
  })
  const paymentPipeline: Pipeline<Payment> = yield* makePipeline({
    stream: "payments",
    subscription: payments,
    decode: decodePayment,
    handle: yield* makePaymentIngest({ maxRowBytes }),
    maxRetrying,
    admit: reception.admit
  })
  const ordersWait = () => 0
  yield* metrics.watch("orders", gaugesOf(orderPipeline, ordersWait))
  yield* metrics.watch("payments", gaugesOf(paymentPipeline, reception.occupancy))
  const parts: Parts = {
    orders: { subscription: orders, pipeline: orderPipeline },
    payments: { subscription: payments, pipeline: paymentPipeline },
    reception
  }
  return parts
})

/** Where it cannot be told, nothing is ever quiet: then no payment is given up. */
const progressOf = ({ progress }: Subscription): Effect.Effect<DeliveryProgress> =>
  progress ?? Effect.succeed({ oldestUndeliveredMicros: undefined, quietMillis: 0 })

const sourcesOf = ({ orders, payments, reception }: Parts): ReadonlyArray<WatchedSource> => [
  {
    part: "orders",
    subscription: orders.subscription,
    pausedBecause: () => retriesFull(orders.pipeline)
  },
  {
    part: "payments",
    subscription: payments.subscription,
    pausedBecause: () =>
      retriesFull(payments.pipeline) ??
      (reception.isFull() ? "the waiting room is full (WAITING_ROOM_MAX, WAITING_ROOM_BYTES)" : undefined)
  }
]

const retriesFull = <A>(pipeline: Pipeline<A>): string | undefined =>
  pipeline.isFull() ? `${pipeline.retrying()} deliveries are being retried (MAX_RETRYING)` : undefined

const lesser = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined ? right : right === undefined ? left : Math.min(left, right)

const awaitDrained = ({ orders, payments, reception }: Parts): Effect.Effect<void> =>
  Effect.gen(function* () {
    const unsettled = <A>({ pipeline }: Source<A>) => pipeline.inFlight() + pipeline.retrying()
    for (;;) {
      const progress = yield* Effect.all([progressOf(orders.subscription), progressOf(payments.subscription)])
      const isQuiet = progress.every(({ quietMillis }) => quietMillis >= caughtUpAfterMillis)
      if (isQuiet && unsettled(orders) + unsettled(payments) + reception.occupancy() === 0) return
      yield* Effect.sleep(Duration.millis(drainPollMillis))
    }
  })
