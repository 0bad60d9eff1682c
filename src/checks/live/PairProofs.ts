/** Proves what becomes of orders and payments: in time, twice, and too early. */
import { Duration, Effect } from "effect"
import type { Processor } from "../../ingest/Processor.ts"
import { livePaceMillis, livePairs } from "../Limits.ts"
import { type LiveContext, type LiveOptions, untried } from "./LiveContext.ts"
import { type LivePair, livePair } from "./LiveMessages.ts"
import type { NotProved, RowTimes } from "./LiveReading.ts"

/** The order ids of a proof: one each for the lost lease, the replay and the early payment, then the pairs that are measured. */
export const liveOrderIds = (firstOrderId: number): ReadonlyArray<number> =>
  Array.from({ length: 3 + livePairs }, (_, index) => firstOrderId + index)

/** Pairs at an even pace: each row whole, and how long it took. Begins once something was stored, so that no start is measured. */
export const proveRows = Effect.fnUntraced(function* (
  context: LiveContext
): Effect.fn.Return<RowTimes, NotProved> {
  const { channels, firstOrderId, seen, until } = context
  const pairs = liveOrderIds(firstOrderId).slice(3).map(livePair)
  yield* until(
    "a first order in the table",
    Effect.sync(() => seen.ordersStored(replayed(context).orderId).length > 0)
  )
  const published = (topic: string, messageOf: (pair: LivePair) => LivePair["order"]) =>
    Effect.forEach(
      pairs,
      (pair, index) =>
        Effect.delay(context.publish(topic, messageOf(pair)), Duration.millis(index * livePaceMillis)),
      { concurrency: "unbounded" }
    )
  const orders = yield* published(channels.orders.topic, ({ order }) => order)
  yield* until(
    `all ${pairs.length} orders in the table`,
    Effect.sync(() => pairs.every(({ orderId }) => seen.ordersStored(orderId).length > 0))
  )
  const payments = yield* published(channels.payments.topic, ({ payment }) => payment)
  yield* until(
    `all ${pairs.length} payments in the table`,
    Effect.sync(() => pairs.every(({ orderId }) => seen.paymentsStored(orderId).length > 0))
  )
  yield* Effect.forEach(pairs, context.sameRow, { concurrency: 4, discard: true })
  const times = pairs.flatMap(({ orderId }, index) => [
    (seen.ordersStored(orderId)[0] ?? Number.NaN) - (orders[index]?.atMillis ?? Number.NaN),
    (seen.paymentsStored(orderId)[0] ?? Number.NaN) - (payments[index]?.atMillis ?? Number.NaN)
  ])
  return {
    orders: pairs.length,
    payments: pairs.length,
    p50Millis: quantile(times, 0.5),
    p99Millis: quantile(times, 0.99)
  }
})

const quantile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1] ?? Number.NaN

const replayed = ({ firstOrderId }: LiveOptions): LivePair => livePair(firstOrderId + 1)

/** An order, its payment, and the order once more: a second insert must not take the payment away. */
export const proveReplay = Effect.fnUntraced(function* (context: LiveContext) {
  const { channels, publish, seen, until } = context
  const pair = replayed(context)
  const first = yield* publish(channels.orders.topic, pair.order)
  yield* until(
    "an order in the table",
    Effect.sync(() => seen.ordersStored(pair.orderId).length > 0)
  )
  yield* publish(channels.payments.topic, pair.payment)
  yield* until(
    "its payment in the table",
    Effect.sync(() => seen.paymentsStored(pair.orderId).length > 0)
  )
  yield* context.sameRow(pair)
  const second = yield* publish(channels.orders.topic, pair.order)
  yield* until(
    "the order stored again, when it was published again",
    Effect.sync(
      () => seen.deliveries(second.messageId).length > 0 && seen.ordersStored(pair.orderId).length > 1
    )
  )
  yield* context.sameRow(pair)
  return {
    deliveries: seen.deliveries(first.messageId).length + seen.deliveries(second.messageId).length
  }
})

/** A payment, its order only once the payment is seen to wait. */
export const proveEarlyPayment = Effect.fnUntraced(function* (context: LiveContext, { lookUp }: Processor) {
  const { channels, now, publish, seen, until } = context
  if (Duration.toMillis(context.processing.paymentGrace) === 0)
    return yield* untried("PAYMENT_GRACE is 0, so payments do not wait here")
  const pair = livePair(context.firstOrderId + 2)
  const payment = yield* publish(channels.payments.topic, pair.payment)
  yield* until(
    "a payment without its order wait",
    Effect.map(lookUp({ kind: "payment", id: pair.paymentId }), ({ held }) =>
      held.some(({ place }) => place === "waiting")
    )
  )
  yield* publish(channels.orders.topic, pair.order)
  yield* until(
    "a payment matched that had waited for its order",
    Effect.sync(() => seen.paymentsStored(pair.orderId).length > 0)
  )
  yield* context.sameRow(pair)
  const [deliveredAt = now()] = seen.deliveries(payment.messageId)
  const [storedAt = now()] = seen.paymentsStored(pair.orderId)
  return { waitedMillis: storedAt - deliveredAt }
})
