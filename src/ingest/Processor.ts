/** Runs orders and payments together: their intake, what is exchanged with other processes, and a clean stop. */
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import { pid as processId } from "node:process"
import { Duration, Effect, Fiber, Latch, type Scope } from "effect"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import { FactStore } from "../facts/FactStore.ts"
import type { ProgressTable } from "../facts/ProgressTable.ts"
import { awaitDrained, type DrainedStream } from "../pipeline/Drain.ts"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import type { Health } from "../telemetry/Health.ts"
import type { LookUp } from "../telemetry/LookUp.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { ProcessorFacts } from "../telemetry/MetricsSnapshot.ts"
import { type HealthMonitor, makeHealthMonitor } from "./HealthMonitor.ts"
import { makeLookUp } from "./HeldMessages.ts"
import { makeIntakeLife } from "./IntakeLife.ts"
import { caughtUpAfterMillis } from "./Limits.ts"
import { noWatermark } from "./OrdersWatermark.ts"
import { makePeriodicRedrive } from "./PeriodicRedrive.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import { makeProcessorParts, type ProcessorParts, type ProcessorPartsOptions } from "./ProcessorParts.ts"
import { readStreams } from "./StreamReadings.ts"
import { watchedStreams } from "./WatchedStreams.ts"

/** What a processor reads and how much it takes on. */
export interface ProcessorOptions extends ProcessorPartsOptions {
  /** Where `DeadLetters` publishes to; watched for health. */
  readonly deadLetterTopic: string
  /** The dead-letter subscription, where unmatched payments are to be redriven at `processing.redriveInterval`. */
  readonly redrivesFrom?: string
  /** Names this run of this process; no other run may have it. Left out: `HOST-PID-RANDOM`. */
  readonly process?: string
}

/** A processor that can be run once. */
export interface Processor {
  /**
   * Runs until it is stopped, or interrupted, which stops it cleanly within `shutdownTimeout` (G8). Opens both
   * subscriptions once the progress table has taken the row of this process (G5), and closes them at its end.
   *
   * **Errors**: `PubSubError`: a source subscription is missing or access to it denied.
   */
  readonly run: Effect.Effect<void, PubSubError>
  /** Stops intake; `run` ends when what is in flight has its fate and the rest is released. */
  readonly stop: Effect.Effect<void>
  /** Suspends until everything that was waiting on the subscriptions has its fate. */
  readonly drained: Effect.Effect<void>
  /** Looks an order or a payment up among what this process holds. */
  readonly lookUp: LookUp
}

/** Makes the processor. */
export const makeProcessor = (
  options: ProcessorOptions
): Effect.Effect<
  Processor,
  never,
  Subscriber | PubSubAdmin | FactStore | ProgressTable | DeadLetters | Metrics | Health | Scope.Scope
> =>
  Effect.gen(function* () {
    const { processing } = options
    const admin = yield* PubSubAdmin
    const facts = yield* FactStore
    const metrics = yield* Metrics
    const monitor = yield* makeHealthMonitor(admin.topicName(options.deadLetterTopic))
    const parts = yield* makeProcessorParts(options, monitor)
    const { deadLetterLog } = parts
    const process = options.process ?? ownName()
    yield* metrics.processorMade(processorFacts(process, processing))
    const stopping = yield* Latch.make(false)
    const deadLetterTopicExists = admin.topicExists(options.deadLetterTopic)
    const life = yield* makeIntakeLife({
      parts,
      processing,
      process,
      stopping,
      askPubSub: Effect.match(deadLetterTopicExists, {
        onSuccess: () => true,
        onFailure: ({ reason }) => reason._tag === "AccessDenied" || reason._tag === "ResourceMissing"
      })
    })
    const streams = watchedStreams(parts, processing, life.closedBecause)

    const redrives = yield* makeRedrives(options, monitor, parts)
    // Both end once `stopping` is open; a failure of one ends the other.
    const work = Effect.all([life.run, Effect.raceFirst(redrives.run, stopping.await)], {
      concurrency: "unbounded",
      discard: true
    })
    const running = Effect.raceFirst(
      work,
      Effect.raceFirst(
        monitor.watch({ streams, facts, deadLetterTopicExists }),
        Effect.raceFirst(
          Effect.provideService(readStreams(streams, shownWatermark(parts)), Metrics, metrics),
          deadLetterLog.watch
        )
      )
    ).pipe(Effect.ensuring(deadLetterLog.flush))

    const stop = Effect.gen(function* () {
      yield* monitor.stopping
      stopping.openUnsafe()
      yield* parts.intake()?.stop ?? Effect.void
    })
    const abandon = Effect.gen(function* () {
      yield* Effect.logWarning("the stop took longer than SHUTDOWN_TIMEOUT; the rest will be redelivered")
      parts.ledgers.orders.abandon()
      parts.ledgers.payments.abandon()
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
      drained: awaitDrained(() => drainedStreams(parts), caughtUpAfterMillis),
      lookUp: yield* makeLookUp({
        parts,
        process,
        subscriptions: {
          orders: admin.subscriptionName(options.ordersSubscription),
          payments: admin.subscriptionName(options.paymentsSubscription)
        },
        graceMillis: Duration.toMillis(processing.paymentGrace),
        redrives: metrics.redrives
      })
    }
  })

const processorFacts = (
  process: string,
  { maxRetrying, paymentGrace, waitingRoomMax }: ProcessingSettings
): ProcessorFacts => ({ process, waitingRoomMax, maxRetrying, graceMillis: Duration.toMillis(paymentGrace) })

/** What redrives unmatched payments again and again; where it is off, nothing. */
const makeRedrives = Effect.fnUntraced(function* (
  { ordersSubscription, paymentsSubscription, processing, redrivesFrom }: ProcessorOptions,
  monitor: HealthMonitor,
  { locks }: ProcessorParts
) {
  const { maxRowBytes, redriveInterval, shutdownTimeout } = processing
  if (redrivesFrom === undefined || Duration.toMillis(redriveInterval) === 0) return { run: Effect.never }
  const { describeSubscription, subscriptionName } = yield* PubSubAdmin
  const subscription = subscriptionName(redrivesFrom)
  return yield* makePeriodicRedrive({
    subscription,
    describe: describeSubscription(subscription),
    sources: {
      orders: subscriptionName(ordersSubscription),
      payments: subscriptionName(paymentsSubscription)
    },
    interval: redriveInterval,
    maxRowBytes,
    locks,
    stopWithin: shutdownTimeout,
    onTrouble: monitor.redriveTroubled
  })
})

/** **Shape**: `HOST-PID-RANDOM`, so that an operator finds the process. */
const ownName = (): string => `${hostname()}-${processId}-${randomBytes(4).toString("hex")}`

/** The watermark as metrics show it: infinite once nothing is left to read. */
const shownWatermark = ({ progress }: ProcessorParts): Effect.Effect<number> =>
  Effect.map(progress.report, ({ isCaughtUp, watermarkMicros }) => {
    if (isCaughtUp) return Number.POSITIVE_INFINITY
    return watermarkMicros === noWatermark ? Number.NEGATIVE_INFINITY : watermarkMicros
  })

/** Both streams while the intake is open. */
const drainedStreams = ({ intake, ledgers }: ProcessorParts): ReadonlyArray<DrainedStream> | undefined => {
  const open = intake()
  if (open === undefined) return undefined
  return [
    { subscription: open.orders.subscription, ledger: ledgers.orders },
    { subscription: open.payments.subscription, ledger: ledgers.payments }
  ]
}
