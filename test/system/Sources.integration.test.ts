/** What `run` does with a source that cannot deliver, on the emulator: the table of docs/sources.md. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"
import { type Serving, serving } from "./Serving.ts"

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

const payment = (orderId: number): string =>
  `{"payment_id": ${orderId + 1_000}, "order_id": ${orderId}, "payment_method": "Credit Card", "card_last_four": "1234", "payment_status": "Completed", "payment_datetime": "2024-01-21T10:10:10Z"}`

const graceSeconds = 3

const started = Effect.gen(function* () {
  const deployment = yield* testDeployment()
  const environment = { ...deployment.environment, PAYMENT_GRACE: `${graceSeconds}s` }
  const processor = yield* serving(["run"], environment)
  yield* processor.until("/ready", ({ status }) => status === 200)
  return { deployment, environment, processor }
})

const deadLettersOf = ({ deadLetters, pubsub }: Deployment) =>
  Effect.promise(() => pubsub.pull(`${deadLetters}-sub`, 100))

const waits = (processor: Serving, payments: number) =>
  processor.until("/metrics", ({ text }) =>
    new RegExp(`^counterfoil_waiting_deliveries\\{stream="payments"\\} ${payments}$`, "m").test(text)
  )

describeWith("cassandra", "pubsub")("A source that cannot deliver", { concurrent: true }, () => {
  it.live(
    "[G4] [G5] a topic deleted and created anew under a running process: unavailable with the reason, 0 false dead letters",
    () =>
      Effect.gen(function* () {
        const { deployment, environment, processor } = yield* started
        const { orders, payments, pubsub } = deployment
        yield* Effect.promise(() => pubsub.deleteTopic(orders))
        yield* Effect.promise(() => pubsub.publish(payments, [{ data: payment(1) }, { data: payment(2) }]))
        yield* processor.until(
          "/ready",
          ({ status, text }) =>
            status === 503 &&
            /^orders: unavailable: .*its topic was deleted.*`counterfoil setup pubsub`/m.test(text)
        )
        // The mend is said truly: setup does not touch a subscription that somebody has to delete first.
        const refused = yield* ran(["setup", "pubsub"], environment)
        assert.strictEqual(refused.code, 2, refused.errors)
        assert.match(refused.told[0] ?? "", /reads a topic that was deleted/)
        yield* Effect.promise(() => pubsub.publish(orders, [{ data: order(1) }]))
        yield* waits(processor, 2)
        yield* Effect.sleep(`${3 * graceSeconds} seconds`)
        assert.lengthOf(yield* deadLettersOf(deployment), 0)
        yield* waits(processor, 2)

        yield* Effect.promise(() => pubsub.deleteSubscription(`${orders}-sub`))
        assert.deepStrictEqual(yield* processor.ended, { code: 2, signal: null }, processor.stderr())
        assert.match(
          processor.stderr(),
          /it does not exist; `counterfoil setup pubsub` creates what is missing/
        )
        const mended = yield* ran(["setup", "pubsub"], environment)
        assert.strictEqual(mended.code, 0, mended.errors)
        const next = yield* serving(["run"], environment)
        yield* next.until("/ready", ({ status }) => status === 200)
        yield* Effect.promise(() => pubsub.publish(orders, [{ data: order(1) }, { data: order(2) }]))
        yield* until(
          "both payments matched",
          Effect.promise(async () => {
            const rows = [...(await deployment.table.rows()).values()]
            return rows.length === 2 && rows.every((row) => row["payment_id"] !== null)
          }),
          "60 seconds",
          next.stderr
        )
        assert.lengthOf(yield* deadLettersOf(deployment), 0)
      }),
    180_000
  )
})
