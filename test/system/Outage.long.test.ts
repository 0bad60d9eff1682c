import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { cassandraServer } from "../support/CassandraServer.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { freePorts } from "../support/Ports.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { drain } from "./Drain.ts"

const order = (id: number, item = "Book"): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "${item}", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

const publish = ({ pubsub, orders }: Deployment, first: number, last: number) =>
  Effect.promise(() =>
    pubsub.publish(
      orders,
      Array.from({ length: last - first + 1 }, (_, index) => ({ data: order(first + index) }))
    )
  )

const rowsReach = (deployment: Deployment, count: number, stderr: () => string) =>
  until(
    `${count} rows`,
    Effect.promise(async () => (await deployment.table.count()) === count),
    "120 seconds",
    stderr
  )

/** How many orders were received, and how many of them have their fate. */
const ordersOf = (url: string) =>
  Effect.promise(async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const count = (series: string) => Number(new RegExp(`^${series} (\\d+)$`, "m").exec(text)?.[1])
    return {
      received: count('counterfoil_deliveries_received_total{stream="orders"}'),
      stored: count('counterfoil_fates_total{stream="orders",fate="order-stored",reason=""}')
    }
  })

const health = (url: string) =>
  Effect.promise(async () => JSON.stringify(await (await fetch(`${url}/health`)).json()))

describeWith("cassandra", "pubsub")("Cassandra away", () => {
  it.live(
    "[G3] [G4] a row Cassandra itself refuses is one store-rejected dead letter; a frozen server and a dropped table are outages that write none",
    () =>
      Effect.gen(function* () {
        const server = yield* cassandraServer({ heap: "768m", yaml: { max_mutation_size: "1MiB" } })
        const deployment = yield* testDeployment({ cassandra: server.address })
        const letters = (expected: number) =>
          Effect.promise(() => deployment.pubsub.takeAll(`${deployment.deadLetters}-sub`, expected))

        yield* Effect.promise(() =>
          deployment.pubsub.publish(deployment.orders, [
            { data: order(1) },
            { data: order(2, "x".repeat(2_000_000)) },
            { data: order(3) }
          ])
        )
        yield* drain({ ...deployment.environment, MAX_ROW_BYTES: "8MiB" })
        const rejected = yield* letters(1)
        assert.deepStrictEqual(
          rejected.map(({ attributes }) => attributes["dlq-reason"]),
          ["store-rejected"]
        )
        assert.strictEqual(yield* Effect.promise(() => deployment.table.count()), 2)

        const [port = 0] = yield* freePorts(1)
        const processor = yield* counterfoil(["run"], {
          ...deployment.environment,
          MAX_OUTSTANDING_MESSAGES: "3000",
          HTTP_PORT: String(port),
          MAX_RETRYING: "500"
        })
        const url = yield* processor.url
        yield* publish(deployment, 1, 20_000)
        yield* until(
          "rows under way",
          Effect.promise(async () => (await deployment.table.count()) > 200),
          "60 seconds",
          processor.stderr
        )
        yield* server.signal("SIGSTOP")
        yield* until(
          "health naming Cassandra",
          Effect.map(health(url), (text) => /"facts"[^}]*unavailable/.test(text)),
          "40 seconds",
          processor.stderr
        )
        const frozenAt = processor.peakMemory()
        yield* Effect.sleep("15 seconds")
        const { received, stored } = yield* ordersOf(url)
        assert.isAtMost(received - stored, 3_000, "intake pauses at MAX_OUTSTANDING_MESSAGES")
        assert.isBelow(received, 20_000)
        assert.isBelow(processor.peakMemory(), frozenAt + 64, "memory stays flat while intake is paused")
        yield* server.signal("SIGCONT")
        yield* rowsReach(deployment, 20_000, processor.stderr)
        // A write that timed out may have made its row, and is tried again: it must not reach the next table.
        yield* until(
          "the fate of every order",
          Effect.map(ordersOf(url), ({ stored }) => stored >= 20_000),
          "60 seconds",
          processor.stderr
        )

        yield* Effect.promise(() => deployment.table.execute("DROP TABLE KEYSPACE.orders_payments_facts"))
        yield* publish(deployment, 1, 50)
        yield* until(
          "health naming the missing table",
          Effect.map(health(url), (text) => /"facts"[^}]*unavailable/.test(text)),
          "40 seconds",
          processor.stderr
        )
        yield* Effect.promise(() => deployment.table.createAsOriginal())
        yield* rowsReach(deployment, 50, processor.stderr)
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
        assert.deepStrictEqual(yield* letters(0), [])
      }),
    360_000
  )
})
