/** Orders that come late by known delays, on real servers. */
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { type LatePlan, publishesOf } from "../support/LateOrders.ts"
import type { PlainReceived } from "../support/PlainPubSub.ts"
import { messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { dlqJson, matched, publish } from "./DlqCommands.ts"

/** A payment, and how much later than it its order was published, as the server says. **Units**: whole milliseconds. */
export interface LateOrder {
  readonly orderId: string
  readonly millis: number
}

/**
 * Has `run` live through it with this grace, until every order is stored and every payment is matched or given up;
 * answers how late orders were.
 */
export const livedOnServers = Effect.fnUntraced(function* (
  deployment: Deployment,
  plan: ReadonlyArray<LatePlan>,
  grace: string
) {
  const { deadLetters, environment, orders, payments, pubsub } = deployment
  for (const topic of [orders, payments, deadLetters])
    yield* Effect.promise(() => pubsub.createSubscription(`${topic}-other`, topic))
  const run = yield* counterfoil(["run"], { ...environment, PAYMENT_GRACE: grace })
  const isReady = Effect.sync(() => /\bready\b/.test(run.stderr()))
  yield* until("it is ready", isReady, "30 seconds", run.stderr)
  const begins = yield* Clock.currentTimeMillis
  for (const { at, kind, orderId } of publishesOf(plan)) {
    yield* Effect.sleep(Math.max(0, begins + at - (yield* Clock.currentTimeMillis)))
    yield* kind === "order"
      ? publish(deployment, orders, [messageOf(orderOf(orderId))])
      : publish(deployment, payments, [messageOf(paymentOf(orderId, { payment_id: orderId }))])
  }
  const taken = (topic: string, expected = 0) =>
    Effect.promise(() => pubsub.takeAll(`${topic}-other`, expected))
  const ordersTaken = yield* taken(orders)
  const paymentsTaken = yield* taken(payments)
  let letters: ReadonlyArray<PlainReceived> = []
  const isOver = Effect.gen(function* () {
    const rows = yield* Effect.promise(() => deployment.table.rows())
    letters = [...letters, ...(yield* taken(deadLetters))]
    const stored = [...rows.values()].filter(({ item }) => item !== null).length
    return (
      stored === ordersTaken.length && letters.length + (yield* matched(deployment)) === paymentsTaken.length
    )
  })
  yield* until("everything has its fate", isOver, "90 seconds", run.stderr)
  yield* run.signal("SIGTERM")
  assert.strictEqual((yield* run.ended).code, 0, run.stderr())
  return lateOrders(ordersTaken, paymentsTaken, letters)
}, Effect.scoped)

const lateOrders = (
  orders: ReadonlyArray<PlainReceived>,
  payments: ReadonlyArray<PlainReceived>,
  letters: ReadonlyArray<PlainReceived>
): ReadonlyArray<LateOrder> => {
  const publishedAt = new Map(orders.map((order) => [orderIdIn(order), Math.floor(order.publishTimeMillis)]))
  const givenUp = new Set(letters.map(({ attributes }) => attributes["dlq-message-id"]))
  return payments
    .flatMap((payment): ReadonlyArray<LateOrder> => {
      const orderId = orderIdIn(payment)
      const at = publishedAt.get(orderId)
      if (at === undefined || !givenUp.has(payment.messageId)) return []
      return [{ orderId, millis: Math.ceil(at - payment.publishTimeMillis) }]
    })
    .sort((one, other) => one.millis - other.millis)
}

const orderIdIn = ({ data }: PlainReceived): string => JSON.parse(data.toString()).order_id

/** What `dlq explain` says of unmatched payments, as JSON; and what of all. */
export const explainedOn = Effect.fnUntraced(function* (deployment: Deployment) {
  const lines = yield* dlqJson(deployment, ["explain"])
  return { unmatched: lines[0] ?? {}, others: lines.slice(1) }
})
