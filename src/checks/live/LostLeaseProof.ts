/** Proves what becomes of a message whose process dies after it has stored it, and before it has acknowledged it. */
import { Clock, Duration, Effect, Option, type Result, Stream } from "effect"
import { versionOfOrder } from "../../domain/Version.ts"
import { FactStore, type FactStoreError } from "../../facts/FactStore.ts"
import type { Delivery } from "../../pubsub/Message.ts"
import type { PubSubError } from "../../pubsub/PubSubError.ts"
import { Subscriber } from "../../pubsub/Subscriber.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import { liveDeliverySeconds } from "../Limits.ts"
import { failed, type LiveContext, type LiveOptions, late, makeLiveContext } from "./LiveContext.ts"
import { type LivePair, livePair } from "./LiveMessages.ts"
import type { NotProved } from "./LiveReading.ts"

/** A message that was stored, and whose lease then was lost. */
export interface LostLease {
  readonly pair: LivePair
  readonly messageId: string
  /** When its subscription was abandoned. **Units**: ms of a monotonic clock. */
  readonly atMillis: number
  /** The version at which the row was written. */
  readonly version: bigint
}

/**
 * Takes an order from the subscription, stores it as `run` does, and abandons the subscription: to Pub/Sub, and to the
 * table, that is a process which was killed between the two. Before the stream code runs, which would take the order.
 */
export const loseLease = Effect.fnUntraced(function* (options: LiveOptions) {
  const clock = yield* Clock.Clock
  const subscriber = yield* Subscriber
  const facts = yield* FactStore
  const { channels, firstOrderId } = options
  const nothingSeen = { deliveries: () => [], ordersStored: () => [], paymentsStored: () => [] }
  const { publish } = yield* makeLiveContext(options, nothingSeen, liveDeliverySeconds)
  const pair = livePair(firstOrderId)
  const { messageId } = yield* publish(channels.orders.topic, pair.order)
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const subscription = yield* subscriber.open({
        ...lostLimits,
        subscription: channels.orders.subscription
      })
      const delivery = yield* subscription.deliveries.pipe(
        Stream.flatMap((batch) => Stream.fromIterable(batch)),
        Stream.filter((one) => one.messageId === messageId),
        Stream.runHead,
        Effect.timeoutOrElse({
          duration: Duration.seconds(liveDeliverySeconds),
          orElse: () => late(`the delivery of an order within ${liveDeliverySeconds} s`)
        }),
        Effect.catchTag("PubSubError", ({ message }: PubSubError) => failed(message)),
        Effect.flatMap(
          Option.match({
            onNone: () => failed("the subscription ended before it delivered anything"),
            onSome: (one: Delivery) => Effect.succeed(one)
          })
        )
      )
      const version = versionOfOrder(pair.decodedOrder, delivery.publishTimeMicros)
      const [answer] = yield* facts.storeOrders([{ order: pair.decodedOrder, version }])
      if (answer === undefined) return yield* failed("the table gave no answer")
      yield* Effect.mapError(Effect.fromResult(answer), ({ message }) => notStored(message))
      yield* subscription.abandon
      const lost: LostLease = { pair, messageId, version, atMillis: monotonicMillis(clock) }
      return lost
    })
  )
})

const notStored = (detail: string): NotProved => ({ why: "failed", detail })

/** One message is waited for; others of prepared topics may be before it. */
const lostLimits = {
  maxOutstandingMessages: 1_000,
  maxOutstandingBytes: 16 * 1024 * 1024,
  streams: { count: 1 }
} as const

/** Waits until the message has come again, to the stream code, and sees that the row is as it was. */
export const proveLostLease = Effect.fnUntraced(function* (
  context: LiveContext,
  losing: Result.Result<LostLease, NotProved>
) {
  const { pair, messageId, atMillis, version } = yield* Effect.fromResult(losing)
  const facts = yield* FactStore
  const { seen, until } = context
  yield* until(
    "a message again whose lease was lost",
    Effect.sync(() => seen.deliveries(messageId).length > 0)
  )
  yield* until(
    "it stored again",
    Effect.sync(() => seen.ordersStored(pair.orderId).length > 0)
  )
  yield* context.sameRow({ ...pair, row: { ...pair.row, ...noPayment } })
  const [state] = yield* facts.states([pair.orderId])
  if (state === undefined) return yield* failed("the table gave no answer")
  const found = yield* Effect.mapError(Effect.fromResult(state), ({ message }: FactStoreError) =>
    notStored(message)
  )
  if (found?.orderVersion !== version)
    return yield* failed(`the row of order ${pair.orderId} was written at another version the second time`)
  const times = seen.deliveries(messageId)
  return { afterMillis: (times[0] ?? atMillis) - atMillis, deliveries: times.length }
})

const noPayment = {
  payment_id: null,
  payment_method: null,
  card_last_four: null,
  payment_status: null,
  payment_datetime: null
} as const
