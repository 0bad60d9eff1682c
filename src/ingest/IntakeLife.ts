/** Opens the intake of a processor, closes it when its orders have to be given back, and opens it again (G5). */
import { Duration, Effect, Exit, Fiber, type Latch, type Scope } from "effect"
import type { ProgressTable } from "../facts/ProgressTable.ts"
import type { ReportedError } from "../pipeline/BatchAttempt.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { IntakeOptions } from "./Intake.ts"
import { earlyCloseMillis, renewalsToReopen, reopenedOutstanding } from "./Limits.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import type { ProcessorParts } from "./ProcessorParts.ts"
import { makeProgressExchange, type ProgressExchange } from "./ProgressExchange.ts"

/** What the life of an intake depends on. */
export interface IntakeLifeOptions {
  readonly parts: ProcessorParts
  readonly processing: ProcessingSettings
  /** This run of this process. */
  readonly process: string
  /** Open once no intake is to be opened any more. */
  readonly stopping: Latch.Latch
  /** Whether Pub/Sub answers; asked while the intake is closed. */
  readonly askPubSub: Effect.Effect<boolean>
}

/** The life of an intake. */
export interface IntakeLife {
  /** Runs until `stopping`, and its intake was stopped. What was held then is given back when it ends. */
  readonly run: Effect.Effect<void, PubSubError>
  /** Why the intake is closed, while it is. */
  readonly closedBecause: () => ReportedError
}

/** Prepares the life of an intake; it is closed still. */
export const makeIntakeLife = (
  options: IntakeLifeOptions
): Effect.Effect<IntakeLife, never, ProgressTable | Metrics> =>
  Effect.gen(function* () {
    const { parts, processing } = options
    const max = processing.maxOutstandingMessages
    // Without a grace no payment waits, and nobody has to know how far the orders have come.
    if (Duration.toMillis(processing.paymentGrace) === 0) {
      const alone: IntakeOptions = {
        maxOutstandingMessages: max,
        verdict: Effect.undefined,
        mustGiveBack: () => false
      }
      const run = Effect.flatMap(parts.open(alone), (intake) =>
        Effect.andThen(options.stopping.isOpen() ? intake.stop : Effect.void, intake.run)
      )
      return { run: Effect.scoped(run), closedBecause: () => ({ message: "not open yet" }) }
    }
    const exchange = yield* makeExchange(options)
    const untilStopping = (effect: Effect.Effect<void>) => Effect.raceFirst(effect, options.stopping.await)
    let hasClosed = false

    const lives = Effect.gen(function* () {
      yield* untilStopping(exchange.own.renewedTimes(1))
      for (let messages = max; !options.stopping.isOpen(); messages = Math.min(max, reopenedOutstanding)) {
        const isOver = yield* Effect.scoped(oneIntake(options, exchange, messages))
        if (isOver) return
        hasClosed = true
        yield* Effect.logWarning(`gave back what was held: ${troubleOf(exchange).message}`)
        yield* untilStopping(exchange.own.renewedTimes(renewalsToReopen))
      }
    })

    return {
      run: Effect.raceFirst(lives, exchange.run).pipe(Effect.onExit(() => exchange.end)),
      closedBecause: () =>
        hasClosed || exchange.own.error() !== undefined
          ? troubleOf(exchange)
          : { message: "the row of this process is not in the progress table yet" }
    }
  })

const troubleOf = ({ own }: ProgressExchange): ReportedError => {
  const cause = own.error()
  const why = cause?.message ?? "it was frozen, or did not hear Pub/Sub"
  return {
    message: `the row of this process in the progress table could not be renewed for long (${why})`,
    ...(cause === undefined ? {} : { cause })
  }
}

/** One intake, from its opening to its end; true where it was stopped, false where it had to be closed. */
const oneIntake = Effect.fnUntraced(function* (
  { parts, processing, stopping }: IntakeLifeOptions,
  exchange: ProgressExchange,
  messages: number
): Effect.fn.Return<boolean, PubSubError, Scope.Scope> {
  const intake = yield* parts.open({
    maxOutstandingMessages: messages,
    verdict: exchange.verdict,
    mustGiveBack: exchange.mustGiveBack
  })
  if (stopping.isOpen()) yield* intake.stop
  const widen = Effect.gen(function* () {
    for (let limit = messages; limit < processing.maxOutstandingMessages; ) {
      yield* exchange.own.renewedTimes(1)
      limit = Math.min(2 * limit, processing.maxOutstandingMessages)
      yield* intake.orders.subscription.limitOutstanding(limit)
      yield* intake.payments.subscription.limitOutstanding(limit)
    }
  })
  // supervised: it cannot fail, and ends with the intake
  yield* Effect.forkScoped(widen)
  // supervised: joined below, whichever comes first
  const running = yield* Effect.forkScoped(intake.run)
  const isOver = yield* Effect.raceFirst(
    Effect.as(Fiber.join(running), true),
    Effect.as(exchange.mustClose, false)
  )
  if (isOver) return true
  yield* intake.stop
  const ended = yield* Effect.timeoutOption(Fiber.await(running), Duration.millis(earlyCloseMillis))
  if (ended._tag === "None") {
    yield* Fiber.interrupt(running)
    parts.ledgers.orders.abandon()
    parts.ledgers.payments.abandon()
  } else if (Exit.isFailure(ended.value)) return yield* Effect.failCause(ended.value.cause)
  return false
})

const makeExchange = Effect.fnUntraced(function* ({
  askPubSub,
  parts,
  process,
  processing
}: IntakeLifeOptions) {
  const metrics = yield* Metrics
  const { intake, ledgers, progress, storedAtMillis } = parts
  return yield* makeProgressExchange({
    process,
    progress,
    graceMillis: Duration.toMillis(processing.paymentGrace),
    intake: {
      isOpen: () => intake() !== undefined,
      waiting: () => intake()?.waitingRoom.occupancy() ?? 0,
      longestMillis: () => intake()?.waitingRoom.longestMillis() ?? 0,
      reconsider: (verdict) => intake()?.waitingRoom.reconsider(verdict) ?? Effect.succeed(0),
      heldSinceMillis: ledgers.orders.heldSinceMillis,
      storedAtMillis,
      probe: Effect.suspend(() => intake()?.orders.subscription.probe ?? Effect.void),
      askPubSub,
      onHeldUp: metrics.heldUp,
      onRead: metrics.processesRead
    }
  })
})
