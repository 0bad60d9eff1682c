import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { type CassandraServer, cassandraServer } from "../support/CassandraServer.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { freePorts } from "../support/Ports.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"

const root = { username: "cassandra", password: "cassandra" }

const order = (id: number, fields: Readonly<Record<string, string>> = {}) => ({
  data: JSON.stringify({
    order_id: id,
    customer_id: 5,
    item: "Book",
    quantity: 2,
    price: 9.5,
    shipping_address: "A",
    order_status: "Pending",
    creation_date: "2024-01-21",
    ...fields
  })
})

const payment = (id: number, orderId: number) => ({
  data: JSON.stringify({
    payment_id: id,
    order_id: orderId,
    payment_method: "Credit Card",
    card_last_four: "4242",
    payment_status: "Completed",
    payment_datetime: "2024-01-21T01:01:01Z"
  })
})

const between = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** A role that guardrails apply to: a superuser is exempt. */
const createRole = (server: CassandraServer, { table }: Deployment) =>
  Effect.promise(async () => {
    await table.execute("CREATE ROLE app WITH PASSWORD = 'app' AND LOGIN = true")
    await table.execute(`GRANT SELECT ON KEYSPACE ${table.keyspace} TO app`)
    await table.execute(`GRANT MODIFY ON KEYSPACE ${table.keyspace} TO app`)
    // One copy is all that one node can hold.
    const replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
    await table.execute(`ALTER KEYSPACE system_distributed WITH replication = ${replication}`)
    await table.execute("CREATE INDEX by_address ON KEYSPACE.orders_payments_facts (shipping_address)")
    await table.execute("CREATE INDEX by_item ON KEYSPACE.orders_payments_facts (item) USING 'sai'")
    return server.address
  })

/** What a single statement with a timestamp meets, where a batch with one row is stored. */
const insertAlone = ({ address, localDataCenter }: CassandraServer, { table }: Deployment) =>
  Effect.gen(function* () {
    const settings = { contactPoints: [address], localDataCenter, keyspace: table.keyspace }
    const credentials = { username: "app", password: Redacted.make("app") }
    const cassandra = yield* Cassandra.make({ ...settings, credentials })
    const query = "INSERT INTO orders_payments_facts (order_id, item) VALUES (1, 'Book') USING TIMESTAMP 1"
    return yield* cassandra.execute({ query, params: [] })
  })

const health = (url: string) =>
  Effect.promise(async () => (await (await fetch(`${url}/health`)).json()) as { ready: boolean })

/** What became of a stream's messages. */
const fatesOf = (url: string, stream: string) =>
  Effect.promise(async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const count = (fate: string, reason = "") => {
      const labels = `stream="${stream}",fate="${fate}",reason="${reason}"`
      return Number(new RegExp(`counterfoil_fates_total\\{${labels}\\} (\\d+)`).exec(text)?.[1] ?? 0)
    }
    return {
      stored: count("order-stored") + count("payment-matched"),
      rejected: count("dead-lettered", "store-rejected")
    }
  })

describeWith("cassandra", "pubsub")("What only Cassandra refuses", () => {
  it.live(
    "[G3] [G4] rows that it refuses for themselves become dead letters within a minute, and 1,000 other pairs beside them flow; what it refuses of every row makes none",
    () =>
      Effect.gen(function* () {
        const server = yield* cassandraServer({
          heap: "768m",
          yaml: {
            authenticator: "PasswordAuthenticator",
            authorizer: "CassandraAuthorizer",
            permissions_validity: "200ms",
            column_value_size_fail_threshold: "256KiB",
            // Every write is older than this; it is checked for single statements only.
            minimum_timestamp_fail_threshold: "1us",
            partition_denylist_enabled: true,
            denylist_consistency_level: "ONE",
            denylist_refresh: "1s"
          }
        })
        const deployment = yield* testDeployment({ cassandra: server.address, credentials: root })
        const { deadLetters, orders, payments, pubsub, table } = deployment
        yield* createRole(server, deployment)
        const publish = (topic: string, messages: ReadonlyArray<{ data: string }>) =>
          Effect.promise(() => pubsub.publish(topic, messages))
        const letters = (expected: number) =>
          Effect.promise(() => pubsub.takeAll(`${deadLetters}-sub`, expected))

        const [port = 0] = yield* freePorts(1)
        const processor = yield* counterfoil(["run"], {
          ...deployment.environment,
          CASSANDRA_USERNAME: "app",
          CASSANDRA_PASSWORD: "app",
          PAYMENT_GRACE: "30s",
          HTTP_PORT: String(port)
        })
        const url = yield* processor.url
        const reach = (
          what: string,
          stream: string,
          wanted: { stored?: number; rejected?: number },
          within: string
        ) =>
          until(
            what,
            Effect.map(fatesOf(url, stream), ({ rejected, stored }) => {
              return stored >= (wanted.stored ?? 0) && rejected >= (wanted.rejected ?? 0)
            }),
            within as "60 seconds",
            processor.stderr
          )

        const alone = yield* Effect.flip(insertAlone(server, deployment))
        assert.strictEqual(alone.reason._tag, "RequestInvalid", alone.message)

        // One by one, as a quiet shop has them: each is a write alone.
        for (const id of between(1, 5)) {
          yield* publish(orders, [order(id)])
          yield* reach(`order ${id}`, "orders", { stored: id }, "20 seconds")
        }
        yield* publish(
          orders,
          [7, ...between(1_000, 1_999)].map((id) => order(id))
        )
        yield* reach("the orders", "orders", { stored: 1_006 }, "60 seconds")

        const deny =
          "INSERT INTO system_distributed.partition_denylist (ks_name, table_name, key) VALUES (?, ?, ?)"
        const key = Buffer.from([0, 0, 0, 0, 0, 0, 0, 7])
        yield* Effect.promise(() => table.execute(deny, [table.keyspace, "orders_payments_facts", key]))
        yield* Effect.sleep("3 seconds")
        yield* publish(orders, [
          order(101, { shipping_address: "x".repeat(70_000) }),
          order(102, { item: "y".repeat(9_000) }),
          order(103, { order_status: "z".repeat(300_000) })
        ])
        const pairs = between(1_000, 1_999).map((id) => payment(id, id))
        const denied = between(1, 4_500).map((id) => payment(10_000 + id, 7))
        yield* publish(
          payments,
          between(0, 999).flatMap((at) => [
            ...denied.slice(at * 4.5, (at + 1) * 4.5),
            ...pairs.slice(at, at + 1)
          ])
        )
        yield* reach("1,000 pairs", "payments", { stored: 1_000 }, "60 seconds")
        yield* reach("the denied payments", "payments", { rejected: 4_500 }, "60 seconds")
        yield* reach("the refused orders", "orders", { rejected: 3 }, "60 seconds")
        assert.isTrue((yield* health(url)).ready)
        const rejected = yield* letters(4_503)
        const errors = rejected.map(({ attributes }) => attributes["dlq-error"] ?? "")
        for (const [start, times] of [
          ["Cannot index value of size 70000 ", 1],
          ["Guardrail sai_string_term_size violated: ", 1],
          ["Guardrail column_value_size violated: ", 1],
          ["Unable to read denylisted partition ", 4_500]
        ] as const) {
          assert.lengthOf(
            errors.filter((error) => error.startsWith(start)),
            times,
            start
          )
        }
        assert.lengthOf(rejected, 4_503)
        assert.deepStrictEqual(
          [...new Set(rejected.map(({ attributes }) => attributes["dlq-reason"]))],
          ["store-rejected"]
        )

        const refuseAll = Effect.fnUntraced(function* (begin: string, end: string, firstId: number) {
          yield* Effect.promise(() => table.execute(begin))
          yield* Effect.sleep("1 second")
          const { stored } = yield* fatesOf(url, "orders")
          yield* publish(
            orders,
            between(firstId, firstId + 49).map((id) => order(id))
          )
          yield* publish(
            payments,
            between(firstId, firstId + 49).map((id) => payment(id, id - 1_000))
          )
          yield* Effect.sleep("45 seconds")
          assert.isFalse((yield* health(url)).ready)
          assert.strictEqual((yield* fatesOf(url, "orders")).stored, stored)
          yield* Effect.promise(() => table.execute(end))
          yield* reach("the orders that waited", "orders", { stored: stored + 50 }, "60 seconds")
        })
        yield* refuseAll(
          "ALTER TABLE KEYSPACE.orders_payments_facts WITH default_time_to_live = 630720000",
          "ALTER TABLE KEYSPACE.orders_payments_facts WITH default_time_to_live = 0",
          2_000
        )
        yield* refuseAll(
          `REVOKE MODIFY ON KEYSPACE ${table.keyspace} FROM app`,
          `GRANT MODIFY ON KEYSPACE ${table.keyspace} TO app`,
          3_000
        )
        assert.deepStrictEqual(yield* letters(0), [])
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
      }),
    420_000
  )
})
