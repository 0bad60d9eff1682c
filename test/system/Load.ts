/** Orders enough to keep a processor busy for some seconds, and what the table is once they are all stored. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type NotInTime, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"

/** How many orders there are. */
export const orderCount = 20_000

/** Publishes them. */
export const publishLoad = ({ pubsub, orders }: Deployment): Effect.Effect<void> =>
  Effect.promise(() =>
    pubsub.publish(
      orders,
      Array.from({ length: orderCount }, (_, index) => ({ data: order(index + 1) }))
    )
  )

/** Suspends until some of the orders, and not all, are in the table. */
export const untilUnderWay = ({ table }: Deployment, stderr: () => string): Effect.Effect<void, NotInTime> =>
  until(
    "a first row",
    Effect.promise(async () => (await table.count()) > 500),
    "60 seconds",
    stderr
  )

/** Every order has its row, and no other order's text is in it. */
export const assertAllStored = ({ table }: Deployment): Effect.Effect<void> =>
  Effect.gen(function* () {
    const rows = yield* Effect.promise(() => table.rows())
    assert.strictEqual(rows.size, orderCount)
    for (const [id, row] of rows) assert.strictEqual(row["item"], `Book ${id}`)
  })

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book ${id}", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`
