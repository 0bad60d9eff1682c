/** `setup cassandra` is what `run` says it is: it makes a fact table that was dropped. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Counterfoil.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

const createsTable = /^CREATE TABLE IF NOT EXISTS orders_payments_facts \(.*\);$/

describeWith("cassandra", "pubsub")("A dropped fact table", () => {
  it.live(
    "[G4] setup makes a dropped fact table again under a running process, which then stores what waited",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment({ table: false })
        const setUp = ran(["setup", "cassandra"], deployment.environment)
        assert.strictEqual((yield* setUp).code, 0)
        const processor = yield* serving(["run"], deployment.environment)
        yield* processor.until("/ready", ({ status }) => status === 200)
        yield* Effect.promise(() => deployment.table.execute("DROP TABLE KEYSPACE.orders_payments_facts"))
        yield* Effect.promise(() =>
          deployment.pubsub.publish(deployment.orders, [{ data: order(1) }, { data: order(2) }])
        )
        yield* processor.until("/ready", ({ status }) => status === 503)

        const refused = yield* ran(["run", "--drain"], deployment.environment)
        assert.strictEqual(refused.code, 2, refused.errors)
        assert.match(
          refused.told[0] ?? "",
          /orders_payments_facts.*`counterfoil setup cassandra` creates it$/
        )

        const planned = yield* ran(["setup", "cassandra", "--dry-run"], deployment.environment)
        assert.deepStrictEqual([planned.code, planned.out.match(/CREATE/g)?.length], [0, 1], planned.errors)
        assert.match(planned.out.trimEnd().split("\n").at(-1) ?? "", createsTable)
        const mended = yield* setUp
        assert.strictEqual(mended.code, 0, mended.errors)
        assert.include(mended.out, "created again  table orders_payments_facts (was dropped)\n")
        assert.include((yield* setUp).out, "exists   tables, all migrations applied\n")
        const nothing = yield* ran(["setup", "cassandra", "--dry-run"], deployment.environment)
        assert.match(nothing.out, /^-- nothing to do: .*\n$/)

        yield* until(
          "the rows",
          Effect.promise(async () => (await deployment.table.count()) === 2),
          "60 seconds",
          processor.stderr
        )
        const drained = yield* ran(["run", "--drain"], deployment.environment)
        assert.strictEqual(drained.code, 0, drained.errors)
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
      }),
    180_000
  )

  it.live("of other types is said, and left alone: exit 2", () =>
    Effect.gen(function* () {
      const deployment = yield* testDeployment({ table: false })
      yield* Effect.promise(() => deployment.table.createKeyspace(1))
      yield* Effect.promise(() =>
        deployment.table.execute("CREATE TABLE KEYSPACE.orders_payments_facts (order_id int PRIMARY KEY)")
      )
      for (const args of [
        ["setup", "cassandra"],
        ["setup", "cassandra", "--dry-run"]
      ]) {
        const refused = yield* ran(args, deployment.environment)
        assert.strictEqual(refused.code, 2, refused.errors)
        assert.lengthOf(refused.told, 1, refused.errors)
        assert.include(refused.told[0] ?? "", "orders_payments_facts.order_id is int and must be bigint")
      }
    })
  )
})

describe("setup cassandra --dry-run", () => {
  it.live("where nothing answers prints what an empty cluster needs, and says so", () =>
    Effect.gen(function* () {
      const { code, out } = yield* ran(["setup", "cassandra", "--dry-run"], {
        CASSANDRA_CONTACT_POINTS: "127.0.0.1:9"
      })
      const [first = "", second = "", ...rest] = out.trimEnd().split("\n")
      assert.strictEqual(code, 0)
      assert.match(first, /^-- for a cluster that holds nothing yet \(.*127\.0\.0\.1:9.*\)$/)
      assert.match(second, /^CREATE KEYSPACE /)
      assert.match(rest.at(-2) ?? "", createsTable)
      assert.match(
        rest.at(-1) ?? "",
        /^CREATE TABLE IF NOT EXISTS counterfoil_progress \(.*\) WITH gc_grace_seconds = 0;$/
      )
    })
  )
})
