import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { drain } from "./Drain.ts"

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": ${100 + (id % 900)}, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "123 Main St, City A, Country", "order_status": "Pending", "creation_date": "2024-01-21"}`

/** Drains a backlog, and answers the most memory the process had until three quarters of its time were over, and after that. */
const drainBacklog = (orders: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const deployment = yield* testDeployment()
      yield* Effect.promise(() =>
        deployment.pubsub.publish(
          deployment.orders,
          Array.from({ length: orders }, (_, index) => ({ data: order(index + 1) }))
        )
      )
      const { samples } = yield* drain(deployment.environment)
      assert.strictEqual(yield* Effect.promise(() => deployment.table.count()), orders)
      const last = Math.floor((samples.length * 3) / 4)
      return { early: Math.max(...samples.slice(0, last)), late: Math.max(...samples.slice(last)) }
    })
  )

describeWith("cassandra", "pubsub")("A backlog published beforehand", () => {
  it.live(
    "[G1] [G6] 10,000 and then 100,000 waiting orders are all stored, and memory does not grow with the backlog",
    () =>
      Effect.gen(function* () {
        const small = yield* drainBacklog(10_000)
        const large = yield* drainBacklog(100_000)
        process.stdout.write(
          `peak memory of run: ${small.late.toFixed(0)} MiB at 10,000, ${large.late.toFixed(0)} MiB at 100,000\n`
        )
        // A short run ends before V8's heap has taken its working size; from then on it may not grow any more.
        assert.isBelow(large.late, large.early * 1.25)
      }),
    300_000
  )
})
