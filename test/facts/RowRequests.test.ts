import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { TestClock } from "effect/testing"
import { virtualCluster } from "../support/VirtualCluster.ts"
import { order, payment, refusedTimes, refusing, storeOn, tagsOf, tooLong, tries } from "./RefusingStore.ts"

describe("the rule for a row that only Cassandra refuses", () => {
  it.effect(
    "[G3] refused 5 times over 30 s while another row is stored between every two, it is rejected",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        cluster.faults.refuse = refusing(7n, tooLong)
        const others = store.storeOrders([order(8n)])
        assert.deepStrictEqual(yield* tries(store.storeOrders([order(7n)]), 7, 5, others), [
          ...refusedTimes(6),
          "RowRejected"
        ])
      })
  )

  it.effect("[G3] four refusals are not enough, however long they go on", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, tooLong)
      const others = store.storeOrders([order(8n)])
      assert.deepStrictEqual(yield* tries(store.storeOrders([order(7n)]), 5, 15, others), [
        ...refusedTimes(4),
        "RowRejected"
      ])
    })
  )

  it.effect("[G3] thirty refusals within 29 s are not enough", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, tooLong)
      const others = store.storeOrders([order(8n)])
      assert.deepStrictEqual(yield* tries(store.storeOrders([order(7n)]), 31, 1, others), [
        ...refusedTimes(30),
        "RowRejected"
      ])
    })
  )

  it.effect(
    "[G3] the rejection says how often, for how long and by how many, and quotes nothing of the row",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        cluster.faults.refuse = refusing(7n, [0x2200, "Invalid value '1 Main Street' of item"])
        const attempt = store.storeOrders([order(7n)])
        yield* tries(attempt, 6, 5, store.storeOrders([order(8n)]))
        yield* TestClock.adjust("5 seconds")
        yield* store.storeOrders([order(8n)])
        const [answer] = yield* attempt
        assert.strictEqual(
          answer !== undefined && Result.isFailure(answer) ? answer.failure.reason.detail : "stored",
          "Invalid value '…' of item (refused alone 7 times in 30 s, by 1 host, each of which took other rows meanwhile)"
        )
      })
  )

  it.effect("[G3] a failure of one row names its order id, for health", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, tooLong)
      const [answer] = yield* store.storeOrders([order(7n)])
      assert.strictEqual(
        answer !== undefined && Result.isFailure(answer) ? answer.failure.message : "stored",
        "store orders, order_id 7: Cassandra refuses this row: Cannot index value of size 70000 for index i on t(shipping_address)"
      )
    })
  )

  it.effect("[G3] where nothing else comes, the last row stored here is written again, unchanged", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      yield* store.storeOrders([order(8n, 5_000n)])
      const before = cluster.table.fact(8n)
      const writes: Array<string> = []
      cluster.faults.refuse = refusing(7n, tooLong)
      cluster.faults.onRequest = ({ kind, rows }) => {
        for (const { orderId, version } of rows) if (orderId === 8n) writes.push(`${kind} at ${version}`)
      }
      assert.deepStrictEqual(yield* tries(store.storeOrders([order(7n)]), 7, 5), [
        ...refusedTimes(6),
        "RowRejected"
      ])
      assert.deepStrictEqual([...new Set(writes)], ["orders at 5000"])
      assert.isAtMost(writes.length, 6)
      assert.deepStrictEqual(cluster.table.fact(8n), before)
    })
  )

  it.effect("[G3] nothing is written again while other rows come by", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      const written: Array<bigint> = []
      cluster.faults.refuse = refusing(7n, tooLong)
      cluster.faults.onRequest = ({ rows }) => written.push(...rows.map(({ orderId }) => orderId))
      let next = 100n
      const others = Effect.suspend(() => store.storeOrders([order(next++)]))
      yield* tries(store.storeOrders([order(7n)]), 7, 5, others)
      const othersWritten = written.filter((orderId) => orderId !== 7n)
      assert.strictEqual(new Set(othersWritten).size, othersWritten.length)
    })
  )

  it.effect("[G3] a payment stored last for the refused row itself is not what is written again", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      yield* store.storePayments([payment(8n)])
      yield* store.storePayments([payment(7n)])
      cluster.faults.refuse = refusing(7n, [0x2200, "Unable to write to denylisted partition [0x07] in k/t"])
      const tags = yield* tries(store.storePayments([payment(7n, 2_000n)]), 7, 5)
      assert.strictEqual(tags.at(-1), "RowRejected")
    })
  )

  it.effect("[G4] before anything was stored here, a refusal proves nothing", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, tooLong)
      // A payment is a write of another kind.
      const others = store.storePayments([payment(8n)])
      assert.deepStrictEqual(yield* tries(store.storeOrders([order(7n)]), 40, 5, others), refusedTimes(40))
    })
  )

  it.effect("[G3] a payment that is refused needs payments that are stored meanwhile", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, tooLong)
      const others = store.storePayments([payment(8n)])
      const tags = yield* tries(store.storePayments([payment(7n)]), 7, 5, others)
      assert.deepStrictEqual(tags, [...refusedTimes(6), "RowRejected"])
    })
  )

  it.effect("[G3] a row that may not be read is rejected too, whether or not others are read", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, [0x2200, "Unable to read denylisted partition [0x07] in k/t"])
      assert.deepStrictEqual(yield* tries(store.states([7n]), 7, 5), [...refusedTimes(6), "RowRejected"])
    })
  )

  it.effect(
    "[G3] a refused row costs the rows beside it nothing: they are asked for together, without it",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        cluster.faults.refuse = refusing(7n, tooLong)
        const writes = Array.from({ length: 10 }, (_, at) => order(BigInt(at + 1)))
        const expected = writes.map((_, at) => (at === 6 ? "RowRefused" : "stored"))
        assert.deepStrictEqual(tagsOf(yield* store.storeOrders(writes)), expected)
        const sizes: Array<number> = []
        cluster.faults.onRequest = ({ rows }) => sizes.push(rows.length)
        // The first time the host has to show that it takes others.
        assert.deepStrictEqual(tagsOf(yield* store.storeOrders(writes)), expected)
        assert.deepStrictEqual(
          sizes.filter((size) => size > 1),
          [9]
        )
      })
  )

  it.effect(
    "[G3] a row alone travels as a batch of one, and meets the answer that it met beside others",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        cluster.faults.refuse = ({ isBatch, kind }) =>
          isBatch || kind === "states" ? undefined : [0x2200, "Guardrail minimum_timestamp violated"]
        assert.deepStrictEqual(tagsOf(yield* store.storeOrders([order(1n)])), ["stored"])
        assert.deepStrictEqual(tagsOf(yield* store.storePayments([payment(1n)])), ["stored"])
      })
  )
})
