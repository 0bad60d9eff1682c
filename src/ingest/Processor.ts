/** Runs orders and payments together: the two pipelines, the waiting room between them, and a clean stop. */
import { Duration, Effect, Fiber, type Scope } from "effect"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import { FactStore } from "../facts/FactStore.ts"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import type { Health } from "../telemetry/Health.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import { makeHealthMonitor } from "./HealthMonitor.ts"
import { caughtUpAfterMillis, drainPollMillis } from "./Limits.ts"
import { makeProcessorParts, type ProcessorParts, type ProcessorPartsOptions } from "./ProcessorParts.ts"
import { progressOf, readStreams } from "./StreamReadings.ts"
import { watchedStreams } from "./WatchedStreams.ts"

/** What a processor reads and how much it takes on. */
export interface ProcessorOptions extends ProcessorPartsOptions {
  /** Where `DeadLetters` publishes to; watched for health. */
  readonly deadLetterTopic: string
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
    const metrics = yield* Metrics
    const monitor = yield* makeHealthMonitor(admin.topicName(options.deadLetterTopic))
    const parts = yield* makeProcessorParts(options, monitor)
    const { deadLetterLog, orders, payments, waitingRoom } = parts

    const running = Effect.raceFirst(
      Effect.all([orders.pipeline.run, payments.pipeline.run, waitingRoom.run], {
        concurrency: "unbounded",
        discard: true
      }),
      Effect.raceFirst(
        monitor.watch({
          streams: watchedStreams(parts),
          facts,
          deadLetterTopicExists: admin.topicExists(options.deadLetterTopic)
        }),
        Effect.raceFirst(
          Effect.provideService(readStreams(watchedStreams(parts), parts.watermark), Metrics, metrics),
          deadLetterLog.watch
        )
      )
    ).pipe(Effect.ensuring(deadLetterLog.flush))

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

const awaitDrained = ({ orders, payments }: ProcessorParts): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      const progress = yield* Effect.all([progressOf(orders.subscription), progressOf(payments.subscription)])
      const isQuiet = progress.every(({ quietMillis }) => quietMillis >= caughtUpAfterMillis)
      if (isQuiet && orders.ledger.held() + payments.ledger.held() === 0) return
      yield* Effect.sleep(Duration.millis(drainPollMillis))
    }
  })
