import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { describeWith } from "../support/TestServices.ts"
import { drain } from "./Drain.ts"
import { type Stage, stage } from "./Stage.ts"

const orderCount = 20_000

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book ${id}", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

const publish = ({ pubsub, orders }: Stage) =>
  Effect.promise(() =>
    pubsub.publish(
      orders,
      Array.from({ length: orderCount }, (_, index) => ({ data: order(index + 1) }))
    )
  )

/** Suspends until some of the orders, and not all, are in the table. */
const underWay = ({ table }: Stage, stderr: () => string) =>
  until(
    "a first row",
    Effect.promise(async () => (await table.count()) > 500),
    "60 seconds",
    stderr
  )

const assertAllStored = ({ table }: Stage) =>
  Effect.gen(function* () {
    const rows = yield* Effect.promise(() => table.rows())
    assert.strictEqual(rows.size, orderCount)
    for (const [id, row] of rows) assert.strictEqual(row["item"], `Book ${id}`)
  })

describeWith("cassandra", "pubsub")("A stop under load", () => {
  it.live(
    "[G8] SIGTERM ends the process with exit code 0 within SHUTDOWN_TIMEOUT, and the next one finishes the rest at once",
    () =>
      Effect.gen(function* () {
        const set = yield* stage()
        yield* publish(set)
        const first = yield* counterfoil(["run"], { ...set.environment, SHUTDOWN_TIMEOUT: "10s" })
        yield* underWay(set, first.stderr)
        yield* first.signal("SIGTERM")
        const ended = yield* Effect.timeout(first.ended, "12 seconds")
        assert.deepStrictEqual(ended, { code: 0, signal: null }, first.stderr())
        yield* drain(set.environment)
        yield* assertAllStored(set)
      }),
    180_000
  )

  it.live(
    "[G1] kill -9 under load loses nothing: the next process finishes what was not acknowledged",
    () =>
      Effect.gen(function* () {
        const set = yield* stage()
        yield* publish(set)
        const first = yield* counterfoil(["run"], set.environment)
        yield* underWay(set, first.stderr)
        yield* first.signal("SIGKILL")
        yield* first.ended
        // A drain ends when the subscription is silent, which it also is until the killed process's leases run out.
        yield* Effect.scoped(
          Effect.gen(function* () {
            const second = yield* counterfoil(["run"], set.environment)
            yield* until(
              "the last row",
              Effect.promise(async () => (await set.table.count()) === orderCount),
              "90 seconds",
              second.stderr
            )
          })
        )
        yield* assertAllStored(set)
      }),
    240_000
  )
})
