/** Consumes one subscription: messages, failures, fates and dead-letter reasons are the caller's own. */
import { Duration, Effect, Fiber, type Result, type Scope } from "effect"
import { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { Delivery } from "../pubsub/Message.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { Subscriber, type Subscription, type SubscriptionStatus } from "../pubsub/Subscriber.ts"
import type { SubscriptionOptions } from "../pubsub/SubscriptionOptions.ts"
import { type AttemptReports, makeBatchAttempt } from "./BatchAttempt.ts"
import type { Handle } from "./DecodedDelivery.ts"
import type { Dispose } from "./Disposition.ts"
import { awaitDrained } from "./Drain.ts"
import { connectedPollMillis, consumerRetryingMax, consumerStopSeconds, drainQuietMillis } from "./Limits.ts"
import { makePipeline } from "./Pipeline.ts"
import { type LedgerTotals, makeStreamLedger } from "./StreamLedger.ts"
import { makeWaitingQueue, type WaitingOptions } from "./WaitingQueue.ts"

/** What is consumed, and what is done with it. */
export interface ConsumerOptions<A, E, F extends string, R extends string> extends SubscriptionOptions {
  /** Called once a delivery. */
  readonly decode: (delivery: Delivery) => Result.Result<A, E>
  /** Applies a batch; up to 16 at once. */
  readonly handle: Handle<A, E, F>
  /** What happens to a delivery whose decoding or handling failed. */
  readonly dispose: Dispose<E, R>
  /** All fates that there are. */
  readonly fates: ReadonlyArray<F>
  /** The fate of what became a dead letter for this reason. */
  readonly deadLetterFate: (reason: R) => F
  /** Left out: nothing may wait, and `dispose` is told so. */
  readonly waiting?: WaitingOptions
  /** Deliveries in backoff before intake pauses. By default 2,000. */
  readonly maxRetrying?: number
  /** How long a stop may take; what has no fate by then is redelivered. By default 20 s. */
  readonly stopTimeout?: Duration.Input
  /** Told whether the store and the dead-letter topic answer, for a health check. */
  readonly reports?: AttemptReports
}

/** A subscription that is being consumed. */
export interface Consumer<F extends string> {
  /** Suspends until every stream to the server is open. **Errors**: as `ended`. */
  readonly consuming: Effect.Effect<void, PubSubError>
  /**
   * Suspends until it has ended: after `stop`, or because nothing can be consumed any more.
   *
   * **Errors**: `PubSubError`: the subscription is missing or access to it denied. A defect of a handler is one here.
   */
  readonly ended: Effect.Effect<void, PubSubError>
  /** Stops intake; `ended` comes when what is in flight has its fate, and what is in backoff or waits is released. */
  readonly stop: Effect.Effect<void>
  /** Suspends until everything that was waiting on the subscription has its fate. **Errors**: as `ended`. */
  readonly drained: Effect.Effect<void, PubSubError>
  /** Has all deliveries that wait tried again at once: what they wait for may have come. */
  readonly wake: Effect.Effect<void>
  /** Where all deliveries are. Cheap; read at will. */
  readonly totals: () => LedgerTotals<F>
  readonly status: Effect.Effect<SubscriptionStatus>
}

/**
 * Starts to consume a subscription, and returns at once. Closing the scope stops it cleanly, within `stopTimeout`: what is
 * in flight gets its fate, the rest is released for redelivery.
 *
 * **Errors**: none when it starts; see `Consumer.ended`, which somebody should await.
 * **Guarantee**: a delivery is acknowledged only after `handle` gave it a fate, or its dead letter was confirmed; each
 * has one fate, or comes again; one bad message delays no other; what cannot be stored now is tried again indefinitely.
 */
export const startConsumer = <A, E, F extends string, R extends string>(
  options: ConsumerOptions<A, E, F, R>
): Effect.Effect<Consumer<F>, never, Subscriber | DeadLetters | Scope.Scope> =>
  Effect.gen(function* () {
    const subscription = yield* Effect.flatMap(Subscriber, (subscriber) => subscriber.open(options))
    const ledger = makeStreamLedger(options.fates)
    const attempt = makeBatchAttempt<A, E, F, R>({
      subscription,
      ledger,
      handle: options.handle,
      dispose: options.dispose,
      deadLetters: yield* DeadLetters,
      deadLetterFate: options.deadLetterFate,
      reports: options.reports ?? noReports
    })
    const waiting =
      options.waiting === undefined
        ? undefined
        : yield* makeWaitingQueue({ ...options.waiting, subscription, ledger, attempt })
    const pipeline = yield* makePipeline<A, E, F, R>({
      subscription,
      decode: options.decode,
      attempt,
      ledger,
      maxRetrying: options.maxRetrying ?? consumerRetryingMax,
      ...(waiting === undefined ? {} : { admit: waiting.admit }),
      onDurable: () => {}
    })
    const parts = waiting === undefined ? [pipeline] : [pipeline, waiting]
    const all = <E2>(effects: ReadonlyArray<Effect.Effect<void, E2>>) =>
      Effect.all(effects, { concurrency: "unbounded", discard: true })

    const running = all<PubSubError>(parts.map(({ run }) => run))
    const abandonAll = all(parts.map(({ abandon }) => abandon))
    // supervised: `ended` joins it
    const fiber = yield* Effect.forkScoped(Effect.onInterrupt(running, () => abandonAll))
    const stop = all(parts.map((part) => part.stop))
    // Run before the fiber is interrupted and the subscription closed: the last finalizer comes first.
    yield* Effect.addFinalizer(() =>
      Effect.andThen(stop, Fiber.await(fiber)).pipe(
        Effect.timeoutOrElse({
          duration: options.stopTimeout ?? Duration.seconds(consumerStopSeconds),
          orElse: () =>
            Effect.andThen(
              Fiber.interrupt(fiber),
              Effect.sync(() => ledger.abandon())
            )
        })
      )
    )
    const ended = Fiber.join(fiber)
    return {
      consuming: Effect.raceFirst(awaitConnected(subscription), ended),
      ended,
      stop,
      drained: Effect.raceFirst(
        awaitDrained(() => [{ subscription, ledger }], drainQuietMillis),
        ended
      ),
      wake: waiting?.wake ?? Effect.void,
      totals: ledger.totals,
      status: subscription.status
    }
  })

const awaitConnected = ({ status }: Subscription): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!(yield* status).connected) yield* Effect.sleep(Duration.millis(connectedPollMillis))
  })

const noReports: AttemptReports = {
  storeAnswered: () => {},
  storeFailed: () => {},
  deadLettersConfirmed: () => {},
  deadLettersFailed: () => {}
}
