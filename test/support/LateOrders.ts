/** A history in which orders come late by known delays, for the real processor in a world. */
import { Clock, Effect } from "effect"
import type { Message } from "../../src/pubsub/Message.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "./Samples.ts"
import { SeededRandom } from "./SeededRandom.ts"
import { attributeOf, ordersTopic, type Process, paymentsTopic, type World } from "./World.ts"

/** A payment, and how long after it its order is published; undefined where it never is. */
export interface LatePlan {
  readonly orderId: bigint
  /** **Units**: milliseconds since the beginning. */
  readonly payAtMillis: number
  readonly delayMillis: number | undefined
}

/**
 * Payments at a steady rate. Most delays are short and few long, as in life; of one payment in `lost` the order never
 * comes.
 */
export const latePlan = (options: {
  readonly payments: number
  readonly everyMillis: number
  readonly meanDelayMillis: number
  readonly lost: number
  readonly seed: number
}): ReadonlyArray<LatePlan> => {
  const random = new SeededRandom(options.seed)
  return Array.from({ length: options.payments }, (_, index) => ({
    orderId: BigInt(index + 1),
    payAtMillis: index * options.everyMillis + random.between(0, 50),
    delayMillis:
      index % options.lost === options.lost - 1
        ? undefined
        : Math.ceil(-Math.log(1 - random.next()) * options.meanDelayMillis)
  }))
}

/** What is published when, the earliest first. **Units**: `at` in milliseconds since the beginning. */
export const publishesOf = (plan: ReadonlyArray<LatePlan>) =>
  plan
    .flatMap(({ delayMillis, orderId, payAtMillis }) => [
      { at: payAtMillis, kind: "payment" as const, orderId },
      ...(delayMillis === undefined
        ? []
        : [{ at: payAtMillis + delayMillis, kind: "order" as const, orderId }])
    ])
    .sort((one, other) => one.at - other.at)

/** Publishes as planned, and suspends until everything has its fate; answers the most payments that waited at once. */
export const lived = Effect.fnUntraced(function* (
  world: World,
  process: Process,
  plan: ReadonlyArray<LatePlan>
) {
  const begins = yield* Clock.currentTimeMillis
  let mostWaiting = 0
  for (const { at, kind, orderId } of publishesOf(plan)) {
    const wait = begins + at - (yield* Clock.currentTimeMillis)
    if (wait > 0) yield* pass(wait)
    yield* kind === "order"
      ? world.publishOrders(orderOf(orderId))
      : world.publishPayments(paymentOf(orderId))
    mostWaiting = Math.max(mostWaiting, (yield* process.totals("payments")).waiting)
  }
  const isPending = (topic: string) => Effect.map(world.pending(topic), ({ length }) => length > 0)
  for (const topic of [ordersTopic, paymentsTopic])
    yield* eventually(
      "everything has its fate",
      Effect.map(isPending(topic), (pending) => !pending)
    )
  return mostWaiting
})

/** A payment that was given up, and how much later than it its order was published. **Units**: milliseconds. */
export interface LateOrder {
  readonly orderId: bigint
  readonly millis: number
}

/** Those of the dead letters whose orders came, by when the broker accepted both; the least late first. */
export const lateOrdersOf = Effect.fnUntraced(function* (world: World) {
  const givenUp = new Set((yield* world.deadLetters).map((letter) => attributeOf(letter, "dlq-message-id")))
  const orders = yield* world.broker.publishedTo(ordersTopic)
  const payments = yield* world.broker.publishedTo(paymentsTopic)
  const publishedAt = new Map(orders.map((order) => [orderIdIn(order), order.publishTimeMicros]))
  return payments
    .flatMap((payment): ReadonlyArray<LateOrder> => {
      const orderId = orderIdIn(payment)
      const at = publishedAt.get(orderId)
      if (at === undefined || !givenUp.has(payment.messageId)) return []
      return [{ orderId, millis: (at - payment.publishTimeMicros) / 1000 }]
    })
    .sort((one, other) => one.millis - other.millis)
})

const orderIdIn = ({ data }: Message): bigint => BigInt(JSON.parse(Buffer.from(data).toString()).order_id)
