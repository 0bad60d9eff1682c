/** Redrives unmatched payments at an interval, beside `run` and in its process. */
import { Clock, Duration, Effect, type Exit, Option, Random } from "effect"
import type { FactStore } from "../facts/FactStore.ts"
import type { ReportedError } from "../pipeline/BatchAttempt.ts"
import type { SubscriptionInfo } from "../pubsub/PubSubAdmin.ts"
import { PubSubError, ResourceMissing } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import { noRedrives, sumOfCounts } from "../telemetry/RedriveSeries.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { type DeadLetterFilter, everyDeadLetter } from "./DeadLetterFilter.ts"
import type { SourceSubscriptions } from "./DeadLetterMessages.ts"
import {
  redriveJitter,
  redriveOutstandingBytes,
  redriveOutstandingMessages,
  redrivePatienceMillis,
  redriveRate,
  redriveStreams
} from "./Limits.ts"
import type { OrderLock } from "./OrderLock.ts"
import { withEnded, withRunning } from "./PeriodicRedriveCounts.ts"
import { makeRedrive, type RedriveTally } from "./Redrive.ts"

/** What is redriven at an interval, and how. */
export interface PeriodicRedriveOptions {
  /** The dead-letter subscription, in short or in full. */
  readonly subscription: string
  /** What Pub/Sub says of it, as far as one may ask; none: it is not there. Asked at the start and before each redrive. */
  readonly describe: Effect.Effect<Option.Option<Pick<SubscriptionInfo, "deadLetterPolicy">>, PubSubError>
  readonly sources: SourceSubscriptions
  /** From the end of a redrive to the beginning of the next, before jitter. */
  readonly interval: Duration.Duration
  /** **Units**: bytes. */
  readonly maxRowBytes: number
  /** Those of `run`: two payments for one order must not mix within a process (G2). */
  readonly locks: OrderLock
  /** How long a stop may wait for the batch it is at. */
  readonly stopWithin: Duration.Duration
  /** What keeps it from reading all, and a person has to see to; undefined once it could read all. */
  readonly onTrouble: (error: ReportedError | undefined) => void
}

/** Redrives of a process, again and again. */
export interface PeriodicRedrive {
  /** Never ends by itself. Interrupting it ends the redrive it is at after its batch (G8). */
  readonly run: Effect.Effect<never>
}

/**
 * Makes what redrives the unmatched payments of this deployment again and again; dead letters of other reasons stay.
 *
 * Each interval is jittered, so that processes that start together do not redrive together; where they do, it is
 * harmless (G2). It takes little beside `run`: few letters a second, and so few statements in flight.
 *
 * Where the subscription has a dead-letter policy itself, nothing is redriven: each redrive would be one of the deliveries
 * after which the server takes a dead letter away.
 *
 * **Errors**: none. Where Pub/Sub or the table does not answer, it says so, and tries again at the next interval.
 */
export const makePeriodicRedrive = (
  options: PeriodicRedriveOptions
): Effect.Effect<PeriodicRedrive, never, Subscriber | FactStore | Metrics> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Subscriber | FactStore>()
    const clock = yield* Clock.Clock
    let counts = noRedrives
    let running: (() => RedriveTally) | undefined
    yield* (yield* Metrics).watchRedrives(() =>
      running === undefined ? counts : withRunning(counts, running())
    )

    const redriveOnce = Effect.gen(function* () {
      const startedAt = monotonicMillis(clock)
      const redrive = yield* makeRedrive({
        ...options,
        filter: unmatchedPayments,
        pace: { rate: redriveRate },
        limits: besideRun,
        isDry: false,
        includesForeign: false,
        patienceMillis: redrivePatienceMillis
      })
      running = redrive.tally
      const count = (exit: Exit.Exit<void, PubSubError>) => {
        running = undefined
        const endedAtMillis = clock.currentTimeMillisUnsafe()
        const durationMillis = monotonicMillis(clock) - startedAt
        counts = withEnded(counts, redrive.tally(), { exit, endedAtMillis, durationMillis })
      }
      yield* redrive.run.pipe(
        Effect.onExit((exit) => Effect.sync(() => count(exit))),
        Effect.matchEffect({
          onFailure: (error) => reportError(options, error),
          onSuccess: () => reportEnd(options, redrive.tally())
        })
      )
    }).pipe(Effect.scoped, Effect.provide(context))

    const wait = Effect.flatMap(Random.nextBetween(1 - redriveJitter, 1 + redriveJitter), (stretch) =>
      Effect.sleep(Duration.millis(Duration.toMillis(options.interval) * stretch))
    )
    const round = Effect.andThen(wait, Effect.when(redriveOnce, mayRedrive(options)))
    return { run: Effect.andThen(checkSubscription(options), Effect.forever(round, { disableYield: true })) }
  })

const unmatchedPayments: DeadLetterFilter = { ...everyDeadLetter, reasons: new Set(["unmatched-payment"]) }

/** What it holds beside what `run` holds. */
const besideRun = {
  maxOutstandingMessages: redriveOutstandingMessages,
  maxOutstandingBytes: redriveOutstandingBytes,
  streams: { count: redriveStreams }
}

/** Told at the start: an interval may be long. Without an answer, the first redrive finds out. */
const checkSubscription = ({ describe, onTrouble, subscription }: PeriodicRedriveOptions) =>
  Effect.match(describe, {
    onFailure: () => {},
    onSuccess: (info) => {
      const reason = new ResourceMissing({ cause: undefined })
      if (Option.isNone(info))
        onTrouble(troubleOf(new PubSubError({ operation: "pull", resource: subscription, reason })))
      else reportPolicy(onTrouble, subscription, info.value)
    }
  })

/** Whether no policy forbids it; where Pub/Sub does not say, or there is no subscription, the redrive finds out. */
const mayRedrive = ({ describe, onTrouble, subscription }: PeriodicRedriveOptions): Effect.Effect<boolean> =>
  Effect.match(describe, {
    onFailure: () => true,
    onSuccess: (info) => Option.isNone(info) || !reportPolicy(onTrouble, subscription, info.value)
  })

/** Reports a dead-letter policy of the dead-letter subscription, and answers whether it has one. */
const reportPolicy = (
  onTrouble: PeriodicRedriveOptions["onTrouble"],
  subscription: string,
  { deadLetterPolicy }: Pick<SubscriptionInfo, "deadLetterPolicy">
): boolean => {
  if (Option.isNone(deadLetterPolicy)) return false
  const { maxDeliveryAttempts, topic } = deadLetterPolicy.value
  onTrouble({
    message: `dead letters are not redriven: each redrive is a delivery, and after ${maxDeliveryAttempts} the dead-letter policy of ${subscription} moves a dead letter to ${topic}; \`gcloud pubsub subscriptions update ${subscription} --clear-dead-letter-policy\``
  })
  return true
}

const reportError = ({ onTrouble }: PeriodicRedriveOptions, error: PubSubError): Effect.Effect<void> =>
  error.isRetryable
    ? Effect.logInfo(`dead letters are redriven at the next interval: ${error.message}`)
    : Effect.sync(() => onTrouble(troubleOf(error)))

const troubleOf = (error: PubSubError): ReportedError => ({
  message: `dead letters are not redriven: ${error.message}`,
  cause: error
})

/** The same at every interval, so that it is warned of once. */
const moreThanCanBeHeld: ReportedError = {
  message:
    "some dead letters are not redriven: no more can be held at once than lie in front of them; take some of those away: `counterfoil dlq discard` with a filter exports them first"
}

const reportEnd = (
  { onTrouble, subscription }: PeriodicRedriveOptions,
  tally: RedriveTally
): Effect.Effect<void> =>
  Effect.suspend(() => {
    onTrouble(tally.endedBy === "full" ? moreThanCanBeHeld : undefined)
    if (tally.endedBy === "store")
      return Effect.logInfo(
        `dead letters are redriven at the next interval: the fact table did not answer: ${tally.storeError}`
      )
    const through = sumOfCounts(tally.through)
    // What stays is tried at every interval; that alone is no news.
    return Effect.logWithLevel(through > 0 || tally.endedBy === "full" ? "Info" : "Debug")(
      "dead letters were redriven"
    ).pipe(
      Effect.annotateLogs({
        by: "DLQ_REDRIVE_INTERVAL",
        subscription,
        ended: tally.endedBy ?? "cut short",
        tried: tally.tried,
        through,
        stay: tally.tried - through
      })
    )
  })
