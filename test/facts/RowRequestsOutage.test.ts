import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { type Refused, type VirtualCluster, virtualCluster } from "../support/VirtualCluster.ts"
import { noTtl, order, refusedTimes, refusing, storeOn, tagsOf, tooLong, tries } from "./RefusingStore.ts"

describe("what stays an outage, though rows are refused", () => {
  const never = Effect.fnUntraced(function* (
    hosts: ReadonlyArray<string>,
    refuse: VirtualCluster["faults"]["refuse"],
    stored: ReadonlyArray<bigint> = [8n, 9n, 10n]
  ) {
    const cluster = virtualCluster(hosts)
    const store = yield* storeOn(cluster)
    yield* store.storeOrders(stored.map((orderId) => order(orderId)))
    cluster.faults.refuse = refuse
    const others = Effect.forEach(stored, (orderId) => store.storeOrders([order(orderId)]))
    const tags = yield* tries(store.storeOrders([order(7n)]), 60, 5, others)
    assert.notInclude(tags, "RowRejected")
    return tags
  })

  it.effect("[G4] a table that refuses every row, for ten minutes", () => never(["h1:9042"], () => noTtl))

  it.effect("[G4] hosts that refuse every row while one host of three still takes all", () =>
    Effect.gen(function* () {
      const hosts = ["h0:9042", "h1:9042", "h2:9042"]
      // The row's own replica among those that refuse cannot be reached through the one that does not.
      const tags = yield* never(hosts, ({ host, rows }) =>
        host !== "h2:9042"
          ? noTtl
          : rows.some(({ orderId }) => orderId === 7n)
            ? [0x1000, "Cannot achieve consistency level"]
            : undefined
      )
      assert.include(tags, "RowRefused")
    })
  )

  it.effect("[G4] one host of two that refuses a row which the other one takes: it is stored there", () =>
    Effect.gen(function* () {
      const tags = yield* never(["h0:9042", "h1:9042"], ({ host, rows }) =>
        host === "h1:9042" && rows.some(({ orderId }) => orderId === 7n) ? tooLong : undefined
      )
      assert.deepStrictEqual(tags.slice(0, 2), ["RowRefused", "stored"])
    })
  )

  it.effect(
    "[G3] where two hosts refuse a row and take others, it is rejected; where one is down, one suffices",
    () =>
      Effect.gen(function* () {
        for (const down of [[], ["h0:9042"]]) {
          const cluster = virtualCluster(["h0:9042", "h1:9042"])
          const store = yield* storeOn(cluster)
          for (const host of down) cluster.up.delete(host)
          yield* store.storeOrders([order(8n), order(9n)])
          const asked = new Set<string>()
          cluster.faults.refuse = refusing(7n, tooLong)
          cluster.faults.onRequest = ({ host, rows }) => {
            if (rows.some(({ orderId }) => orderId === 7n)) asked.add(host)
          }
          const tags = yield* tries(store.storeOrders([order(7n)]), 7, 5)
          assert.deepStrictEqual(tags, [...refusedTimes(6), "RowRejected"])
          assert.strictEqual(asked.size, 2 - down.length)
        }
      })
  )

  it.effect("[G4] two hosts of which one only ever times out for the row: one alone proves nothing", () =>
    never(["h0:9042", "h1:9042"], ({ host, rows }) =>
      rows.some(({ orderId }) => orderId === 7n)
        ? host === "h0:9042"
          ? [0x1100, "Operation timed out"]
          : tooLong
        : undefined
    ).pipe(Effect.asVoid)
  )

  it.each<[string, Refused]>([
    ["server error", [0x0000, "java.lang.NullPointerException"]],
    ["write failure", [0x1500, "Operation failed - received 0 responses and 1 failures"]],
    ["no permission", [0x2100, "User app has no MODIFY permission on <table k.t>"]],
    ["time-out", [0x1100, "Operation timed out"]],
    ["more copies than nodes", [0x1000, "Cannot achieve consistency level QUORUM"]],
    ["unprepared", [0x2500, "Prepared query with ID 1f not found"]],
    [
      "full disk",
      [
        0x2200,
        "Guardrail replica_disk_usage violated: Write request failed because disk usage exceeds failure threshold"
      ]
    ],
    ["missing table", [0x2200, "table orders_payments_facts does not exist"]],
    ["changed table", [0x2200, "Undefined column name payment_id in table k.orders_payments_facts"]],
    ["syntax", [0x2000, "line 1:0 no viable alternative"]]
  ])("[G4] one row that is always answered with: %s", (_, refused) =>
    Effect.runPromise(
      never(["h1:9042"], refusing(7n, refused)).pipe(
        Effect.map((tags) => assert.deepStrictEqual([...new Set(tags)], ["FactStoreUnavailable"])),
        Effect.scoped,
        Effect.provide(TestClock.layer())
      )
    )
  )

  it.effect("[G4] where the replicas of a batch's first row are down, the next try stores the others", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, [0x1000, "Cannot achieve consistency level"])
      const attempt = store.storeOrders([order(7n), order(8n), order(9n)])
      yield* attempt
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(tagsOf(yield* attempt), ["FactStoreUnavailable", "stored", "stored"])
    })
  )

  it.effect(
    "[G4] [G6] a table that refuses everything is asked for one row of a batch, and not for each",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        const sizes: Array<number> = []
        cluster.faults.refuse = () => noTtl
        cluster.faults.onRequest = ({ kind, rows }) => {
          if (kind === "orders") sizes.push(rows.length)
        }
        const tags = tagsOf(
          yield* store.storeOrders(Array.from({ length: 10 }, (_, at) => order(BigInt(at + 1))))
        )
        assert.deepStrictEqual(sizes, [10, 1])
        assert.sameMembers([...tags], ["RowRefused", ...Array<string>(9).fill("FactStoreUnavailable")])
      })
  )
})
