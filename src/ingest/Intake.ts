/** The intake of a processor: two streams, each with its pipeline, and the waiting room between them. */
import { Effect, type Scope } from "effect"
import { decodeOrder, decodePayment } from "../domain/Decoder.ts"
import type { DeadLetterReason, Fate, HandlingFailure } from "../domain/Fate.ts"
import type { Order } from "../domain/Order.ts"
import type { Payment } from "../domain/Payment.ts"
import type { StreamName } from "../domain/StreamName.ts"
import type { BatchAttempt } from "../pipeline/BatchAttempt.ts"
import { makePipeline, type Pipeline } from "../pipeline/Pipeline.ts"
import type { StreamLedger } from "../pipeline/StreamLedger.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import type { Metrics } from "../telemetry/Metrics.ts"
import type { WaitOutcome } from "../telemetry/WaitSeries.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import type { UnmatchedVerdict } from "./UnmatchedVerdict.ts"
import { makeWaitingRoom, type WaitingRoom } from "./WaitingRoom.ts"

/** One stream: what it reads, and what runs it. */
export interface Stream {
  readonly subscription: Subscription
  readonly pipeline: Pipeline
}

/** Both streams, and the waiting room between them, for as long as they are open. */
export interface Intake {
  readonly orders: Stream
  readonly payments: Stream
  readonly waitingRoom: WaitingRoom
  /** Runs both streams until they are stopped. */
  readonly run: Effect.Effect<void, PipelineError>
  /** Stops reading, then gives back what waits and what is in backoff; `run` ends when the rest has its fate. */
  readonly stop: Effect.Effect<void>
  /** Once `run` is interrupted: ends what runs beside it. */
  readonly abandon: Effect.Effect<void>
}

type PipelineError = Effect.Error<Pipeline["run"]>

/** What an intake is told from outside. */
export interface IntakeOptions {
  /** In place of that of the settings, and not greater. */
  readonly maxOutstandingMessages: number
  readonly verdict: Effect.Effect<UnmatchedVerdict | undefined>
  /** Whether an order that was received then has to be given back. */
  readonly mustGiveBack: (receivedAtMillis: number) => boolean
}

/** What an intake is made of. */
export interface IntakeParts extends Pick<IntakeOptions, "verdict" | "mustGiveBack"> {
  readonly settings: ProcessingSettings
  readonly metrics: Metrics["Service"]
  readonly ledgers: Readonly<Record<StreamName, StreamLedger<Fate>>>
  readonly orders: Subscription
  readonly payments: Subscription
  readonly orderAttempt: BatchAttempt<Order, HandlingFailure, Fate, DeadLetterReason>
  readonly paymentAttempt: BatchAttempt<Payment, HandlingFailure, Fate, DeadLetterReason>
}

/** Makes an intake over two open subscriptions; it can be run once. */
export const makeIntake = (parts: IntakeParts): Effect.Effect<Intake, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { ledgers, metrics, mustGiveBack, orders, payments, settings } = parts
    const onDurable = (stream: StreamName) => (millis: number, deliveries: number) =>
      metrics.durableAfter(stream, millis, deliveries)
    const waitingRoom = yield* makeWaitingRoom({
      limits: settings,
      payments,
      ledger: ledgers.payments,
      attempt: parts.paymentAttempt,
      verdict: parts.verdict,
      onLeft: (fate, waitedMillis) => metrics.waited(outcomeOf(fate), waitedMillis)
    })
    const orderPipeline = yield* makePipeline({
      subscription: orders,
      decode: ({ attributes, data }) => decodeOrder(data, attributes),
      attempt: parts.orderAttempt,
      ledger: ledgers.orders,
      maxRetrying: settings.maxRetrying,
      mustGiveBack: ({ receivedAtMillis }) => mustGiveBack(receivedAtMillis),
      onDurable: onDurable("orders")
    })
    const paymentPipeline = yield* makePipeline({
      subscription: payments,
      decode: ({ attributes, data }) => decodePayment(data, attributes),
      attempt: parts.paymentAttempt,
      ledger: ledgers.payments,
      maxRetrying: settings.maxRetrying,
      ...(waitingRoom.admit === undefined ? {} : { admit: waitingRoom.admit }),
      onDurable: onDurable("payments")
    })
    const all = <A, E>(effects: ReadonlyArray<Effect.Effect<A, E>>) =>
      Effect.all(effects, { concurrency: "unbounded", discard: true })
    return {
      orders: { subscription: orders, pipeline: orderPipeline },
      payments: { subscription: payments, pipeline: paymentPipeline },
      waitingRoom,
      run: all([orderPipeline.run, paymentPipeline.run, waitingRoom.run]),
      stop: Effect.all([orderPipeline.stop, paymentPipeline.stop, waitingRoom.stop], { discard: true }),
      abandon: Effect.all([orderPipeline.abandon, paymentPipeline.abandon, waitingRoom.abandon], {
        discard: true
      })
    }
  })

const outcomeOf = (fate: Fate | undefined): WaitOutcome => {
  if (fate === undefined) return "released"
  return fate === "payment-matched" || fate === "payment-superseded" ? fate : "dead-lettered"
}
