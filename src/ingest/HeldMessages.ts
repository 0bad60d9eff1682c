/** Looks a message up among those that this process holds: in flight, in backoff, or in the waiting room. */
import { Clock, Duration, Effect, Result } from "effect"
import type { StreamName } from "../domain/StreamName.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import type { EntryDelivery } from "../pipeline/LedgerEntry.ts"
import type { HeldMessage, LookUp, LookUpAnswer, LookUpKey } from "../telemetry/LookUp.ts"
import type { RedriveReading } from "../telemetry/RedriveSeries.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { rfc3339 } from "../time/Rfc3339.ts"
import { caughtUpAfterMillis, lookUpAnswersMax, lookUpProbeMillis } from "./Limits.ts"
import { noWatermark } from "./OrdersWatermark.ts"
import type { WaitingPayment } from "./PaymentsByOrder.ts"
import type { ProcessorParts } from "./ProcessorParts.ts"
import { nothingRead, progressOf } from "./StreamReadings.ts"

/** Where is looked. */
export interface HeldMessagesOptions {
  readonly parts: Pick<ProcessorParts, "ledgers" | "progress" | "intake">
  /** This run of this process. */
  readonly process: string
  /** By their full names. */
  readonly subscriptions: Readonly<Record<StreamName, string>>
  readonly graceMillis: number
  /** What the redrives of this process do. */
  readonly redrives: Effect.Effect<Pick<RedriveReading, "isRunning">>
}

/**
 * Makes the look-up of one process.
 *
 * It goes through everything that is held (some 30,000 messages at most), when it is asked and only then: an index would
 * cost something for each message.
 */
export const makeLookUp = (options: HeldMessagesOptions): Effect.Effect<LookUp> =>
  Effect.map(Clock.Clock, (clock) => (key) => {
    const { parts, process, subscriptions } = options
    return Effect.gen(function* () {
      // Before the look: what is settled after it was read is held still, or is found where it went.
      const readUpTo = yield* readUpToOf(parts)
      const aheadMillis = clock.currentTimeMillisUnsafe() - monotonicMillis(clock)
      const timeOf = (monotonic: number) => rfc3339(Math.round(monotonic + aheadMillis) * 1_000)
      const held = [
        ...inLedger("orders", key, parts).map((each) => heldMessage("orders", each, timeOf)),
        ...inLedger("payments", key, parts).map((each) => heldMessage("payments", each, timeOf)),
        ...waiting(key, parts).map((payment) => waitingMessage(payment, options.graceMillis, timeOf))
      ]
      const answer: LookUpAnswer = {
        process,
        subscriptions,
        readUpTo,
        held: held.slice(0, lookUpAnswersMax),
        heldCount: held.length,
        redriveRunning: (yield* options.redrives).isRunning
      }
      return answer
    })
  })

type Parts = HeldMessagesOptions["parts"]
type TimeOf = (monotonicMillis: number) => string

const inLedger = (stream: StreamName, key: LookUpKey, { intake, ledgers }: Parts) =>
  ledgers[stream]
    .find((delivery) => isMeant(key, delivery))
    // One that has just got its fate may still stand in an entry.
    .filter(({ decoded }) => intake()?.[stream].subscription.isHeld(decoded.delivery) === true)

const waiting = (key: LookUpKey, { intake }: Parts): ReadonlyArray<WaitingPayment> =>
  intake()?.waitingRoom.find(({ decoded }) => isMeant(key, decoded)) ?? []

/** What could not be read has no id. */
const isMeant = ({ id, kind }: LookUpKey, { decoded }: DecodedDelivery<unknown>): boolean => {
  if (Result.isFailure(decoded)) return false
  const ids = idsOf(decoded.success)
  return kind === "order" ? ids.orderId === id : ids.paymentId === id
}

const idsOf = (message: unknown): { readonly orderId: unknown; readonly paymentId: unknown } =>
  typeof message === "object" && message !== null
    ? {
        orderId: "order_id" in message ? message.order_id : undefined,
        paymentId: "payment_id" in message ? message.payment_id : undefined
      }
    : { orderId: undefined, paymentId: undefined }

const messageOf = ({ decoded, delivery }: DecodedDelivery<unknown>) => {
  const { orderId, paymentId } = idsOf(Result.getOrUndefined(decoded))
  return {
    messageId: delivery.messageId,
    publishTime: rfc3339(delivery.publishTimeMicros),
    orderId: String(orderId),
    paymentId: paymentId === undefined ? null : String(paymentId)
  }
}

const heldMessage = (
  stream: StreamName,
  { decoded, lastError, place }: EntryDelivery,
  timeOf: TimeOf
): HeldMessage => ({
  stream,
  place: place === "retrying" ? "retrying" : "in-flight",
  ...messageOf(decoded),
  since: timeOf(decoded.receivedAtMillis),
  until: null,
  reason: place === "retrying" ? (lastError ?? null) : null
})

const waitingMessage = (
  { decoded, sinceMillis }: WaitingPayment,
  graceMillis: number,
  timeOf: TimeOf
): HeldMessage => ({
  stream: "payments",
  place: "waiting",
  ...messageOf(decoded),
  since: timeOf(sinceMillis),
  until: timeOf(sinceMillis + graceMillis),
  reason: null
})

/** Of the payments no watermark is kept: where their streams are quiet, they have come as far as the last word of Pub/Sub. */
const readUpToOf = ({ intake, progress }: Parts): Effect.Effect<LookUpAnswer["readUpTo"]> =>
  Effect.gen(function* () {
    const { watermarkMicros } = yield* progress.report
    const subscription = intake()?.payments.subscription
    // Pub/Sub's last word about them may be a minute old.
    if (subscription !== undefined)
      yield* Effect.timeoutOption(subscription.probe, Duration.millis(lookUpProbeMillis))
    const { mayBeLost, oldestUndeliveredMicros, provenAtMillis, quietMillis } =
      subscription === undefined ? nothingRead : yield* progressOf(subscription)
    const isQuiet = !mayBeLost && oldestUndeliveredMicros === undefined && quietMillis >= caughtUpAfterMillis
    const pubSubMicros = isQuiet ? progress.pubSubTime.at(provenAtMillis) : undefined
    return {
      orders: watermarkMicros === noWatermark ? null : rfc3339(watermarkMicros),
      payments:
        pubSubMicros === undefined ? null : rfc3339(Math.floor(pubSubMicros) - caughtUpAfterMillis * 1_000)
    }
  })
