/** Runs orders and payments together: the two pipelines, the waiting room between them, and a clean stop. */
import { Duration, Effect, Fiber, type Scope } from "effect"
import type { ProcessingSettings } from "../config/Settings.ts"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { Order } from "../domain/Order.ts"
import type { Payment } from "../domain/Payment.ts"
import type { FactStore } from "../facts/FactStore.ts"
import { Health, type HealthPart } from "../observe/Health.ts"
import { Metrics } from "../observe/Metrics.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { type OpenSubscription, Subscription } from "../pubsub/Subscription.ts"
import { decodeOrder, decodePayment } from "./Decoder.ts"
import { caughtUpAfterMillis, drainPollMillis, healthTickMillis } from "./Limits.ts"
import { makeOrderIngest } from "./OrderIngest.ts"
import { makePaymentIngest } from "./PaymentIngest.ts"
import { gaugesOf, makePipeline, type Pipeline } from "./Pipeline.ts"
import { makeReception } from "./Reception.ts"
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
): Effect.Effect<Processor, never, Subscription | FactStore | DeadLetters | Metrics | Health | Scope.Scope> =>
  Effect.gen(function* () {
    const { processing } = options
    const source = yield* Subscription
    const metrics = yield* Metrics
    const health = yield* Health
    const openSource = (subscription: string) =>
      source.open({
        subscription,
        maxOutstandingMessages: processing.maxOutstandingMessages,
        maxOutstandingBytes: processing.maxOutstandingBytes
      })
    const orders = yield* openSource(options.ordersSubscription)
    const payments = yield* openSource(options.paymentsSubscription)

    const reception = yield* makeReception(processing, payments)
    const orderPipeline: Pipeline<Order> = yield* makePipeline({
      stream: "orders",
      subscription: orders,
      decode: decodeOrder,
      handle: yield* makeOrderIngest({ maxRowBytes: processing.maxRowBytes, onStored: reception.wake }),
      maxRetrying: processing.maxRetrying,
      admit: undefined
    })
    const paymentPipeline: Pipeline<Payment> = yield* makePipeline({
      stream: "payments",
      subscription: payments,
      decode: decodePayment,
      handle: yield* makePaymentIngest({ maxRowBytes: processing.maxRowBytes }),
      maxRetrying: processing.maxRetrying,
      admit: reception.admit
    })
    const watermark = makeWatermark({
      oldestUnsettledMicros: Effect.map(orders.status, ({ oldestUndeliveredMicros }) =>
        lesser(orderPipeline.oldestMicros(), oldestUndeliveredMicros)
      ),
      quietMillis: Effect.map(orders.status, ({ quietMillis }) => quietMillis)
    })
    yield* metrics.watch(
      "orders",
      gaugesOf(orderPipeline, () => 0)
    )
    yield* metrics.watch("payments", gaugesOf(paymentPipeline, reception.occupancy))

    const stop = Effect.all([orderPipeline.stop, paymentPipeline.stop, reception.stop], { discard: true })
    const parts = Effect.all(
      [orderPipeline.run, paymentPipeline.run, reception.run(paymentPipeline, watermark)],
      { concurrency: "unbounded", discard: true }
    )
    const watching = Effect.all(
      [
        watchHealth(health, "orders", orders, orderPipeline),
        watchHealth(health, "payments", payments, paymentPipeline)
      ],
      { concurrency: "unbounded", discard: true }
    )

    return {
      run: Effect.scoped(
        Effect.gen(function* () {
          // supervised: joined below; it outlives an interruption of the join, so that it can stop cleanly
          const running = yield* Effect.forkScoped(Effect.raceFirst(parts, watching))
          yield* Fiber.join(running).pipe(
            Effect.onInterrupt(() =>
              stop.pipe(
                Effect.andThen(Fiber.await(running)),
                Effect.timeoutOption(processing.shutdownTimeout),
                Effect.flatMap((ended) => giveUpRest(ended._tag === "Some", orderPipeline, paymentPipeline)),
                Effect.provideService(Metrics, metrics)
              )
            )
          )
        })
      ),
      stop,
      drained: awaitDrained(
        orders,
        payments,
        () =>
          orderPipeline.inFlight() +
          orderPipeline.retrying() +
          paymentPipeline.inFlight() +
          paymentPipeline.retrying() +
          reception.occupancy()
      )
    }
  })

/** Counts what a stop within the timeout could not finish; closing the subscriptions releases it at once. */
const giveUpRest = (ended: boolean, orders: Pipeline<Order>, payments: Pipeline<Payment>) =>
  Effect.gen(function* () {
    if (ended) return
    const metrics = yield* Metrics
    yield* Effect.logWarning(
      "the stop took longer than SHUTDOWN_TIMEOUT; the rest is released for redelivery"
    )
    yield* metrics.released("orders", orders.inFlight() + orders.retrying())
    yield* metrics.released("payments", payments.inFlight() + payments.retrying())
  })

const lesser = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined ? right : right === undefined ? left : Math.min(left, right)

const watchHealth = <A>(
  health: Health["Service"],
  part: HealthPart,
  subscription: OpenSubscription,
  pipeline: Pipeline<A>
): Effect.Effect<never> =>
  Effect.gen(function* () {
    yield* Effect.sleep(Duration.millis(healthTickMillis))
    const status = yield* subscription.status
    yield* health.set(
      part,
      !status.connected
        ? { _tag: "Away", reason: status.trouble }
        : pipeline.isFull()
          ? { _tag: "Paused", reason: `${pipeline.retrying()} deliveries are being retried (MAX_RETRYING)` }
          : { _tag: "Healthy" }
    )
  }).pipe(Effect.forever)

const awaitDrained = (orders: OpenSubscription, payments: OpenSubscription, unsettled: () => number) =>
  Effect.gen(function* () {
    for (;;) {
      const statuses = yield* Effect.all([orders.status, payments.status])
      if (unsettled() === 0 && statuses.every(({ quietMillis }) => quietMillis >= caughtUpAfterMillis)) return
      yield* Effect.sleep(Duration.millis(drainPollMillis))
    }
  })
