import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { originalOrders, originalPayments } from "../../src/sample/Original.ts"
import type { Deployment } from "../support/Deployment.ts"
import type { PlainRow } from "../support/PlainTable.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { drain } from "./Drain.ts"

const orders = originalOrders(80, 1)
const payments = originalPayments(1)

const parsed = (data: Uint8Array): Record<string, string | number> => JSON.parse(Buffer.from(data).toString())

/** What the table has to be: 80 orders, each completed by its payment; bigint columns as decimal text. */
const expectedRows = new Map<string, PlainRow>(
  orders.map((order, index) => {
    const { order_id, customer_id, quantity, ...rest } = parsed(order.data)
    const { payment_id, order_id: _, ...payment } = parsed(payments[index]?.data ?? new Uint8Array())
    const bigints = {
      order_id: String(order_id),
      customer_id: String(customer_id),
      quantity: String(quantity),
      payment_id: String(payment_id)
    }
    return [String(order_id), { ...rest, ...payment, ...bigints }]
  })
)

const publishOrders = ({ pubsub, orders: topic }: Deployment) =>
  Effect.promise(() => pubsub.publish(topic, orders))
const publishPayments = ({ pubsub, payments: topic }: Deployment) =>
  Effect.promise(() => pubsub.publish(topic, payments))
const rowsOf = ({ table }: Deployment) => Effect.promise(() => table.rows())
const deadLettersOf = ({ pubsub, deadLetters }: Deployment) =>
  Effect.promise(() => pubsub.takeAll(`${deadLetters}-sub`, 420))

const sortedTexts = (messages: ReadonlyArray<{ readonly data: Uint8Array }>): ReadonlyArray<string> =>
  messages.map(({ data }) => Buffer.from(data).toString("latin1")).sort()

describeWith("cassandra", "pubsub")("Drop-in for the original's messages and table", () => {
  it.live(
    "[G1] [G2] 80 original orders and 500 original payments end as 80 whole rows and 420 dead letters, however often they are sent",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        yield* publishOrders(deployment)
        yield* drain(deployment.environment)
        yield* publishPayments(deployment)
        yield* drain(deployment.environment)
        assert.deepStrictEqual(yield* rowsOf(deployment), expectedRows)
        const letters = yield* deadLettersOf(deployment)
        assert.deepStrictEqual(sortedTexts(letters), sortedTexts(payments.slice(80)))
        assert.isTrue(letters.every(({ attributes }) => attributes["dlq-reason"] === "unmatched-payment"))

        yield* publishOrders(deployment)
        yield* drain(deployment.environment)
        assert.deepStrictEqual(yield* rowsOf(deployment), expectedRows, "orders sent again wipe no payment")

        yield* publishPayments(deployment)
        yield* drain(deployment.environment)
        assert.deepStrictEqual(yield* rowsOf(deployment), expectedRows, "payments sent again change nothing")
        assert.strictEqual((yield* deadLettersOf(deployment)).length, 420)
      }),
    180_000
  )

  it.live(
    "[G2] a payment shows in a row that the original's own consumer inserted after the payment was published",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        yield* publishPayments(deployment)
        yield* Effect.promise(() =>
          Promise.all(orders.map(({ data }) => deployment.table.insertAsOriginal(parsed(data))))
        )
        yield* drain(deployment.environment)
        assert.deepStrictEqual(yield* rowsOf(deployment), expectedRows)
        assert.strictEqual((yield* deadLettersOf(deployment)).length, 420)
      }),
    120_000
  )
})
