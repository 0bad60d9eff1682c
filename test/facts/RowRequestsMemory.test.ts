import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { virtualCluster } from "../support/VirtualCluster.ts"
import { noTtl, order, refusedTimes, refusing, storeOn, tagsOf, tooLong, tries } from "./RefusingStore.ts"

describe("what is remembered of refused rows", () => {
  it.effect("[G3] once a row is rejected, another message for it that is refused likewise is too", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      cluster.faults.refuse = refusing(7n, tooLong)
      yield* tries(store.storeOrders([order(7n)]), 7, 5, store.storeOrders([order(8n)]))
      const second = store.storeOrders([order(7n, 2_000n)])
      assert.deepStrictEqual(tagsOf(yield* second), ["RowRejected"])
      cluster.faults.refuse = refusing(7n, noTtl)
      assert.deepStrictEqual(tagsOf(yield* second), ["RowRefused"], "another reason begins anew")
    })
  )

  it.effect(
    "[G2] [G3] a row that is taken after all is refused from the beginning, if it ever is again",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        const attempt = store.storeOrders([order(7n)])
        const others = store.storeOrders([order(8n)])
        cluster.faults.refuse = refusing(7n, tooLong)
        yield* tries(attempt, 6, 5, others)
        cluster.faults.refuse = () => undefined
        assert.deepStrictEqual(tagsOf(yield* attempt), ["stored"])
        cluster.faults.refuse = refusing(7n, tooLong)
        assert.deepStrictEqual(yield* tries(attempt, 6, 5, others), refusedTimes(6))
      })
  )

  it.effect(
    "[G3] another message for the row that is stored meanwhile does not spare the one that is refused",
    () =>
      Effect.gen(function* () {
        const cluster = virtualCluster()
        const store = yield* storeOn(cluster)
        cluster.faults.refuse = ({ rows }) =>
          rows.some(({ version }) => version === 666n) ? tooLong : undefined
        const others = store.storeOrders([order(7n, 1_000n)])
        const tags = yield* tries(store.storeOrders([order(7n, 666n)]), 7, 5, others)
        assert.deepStrictEqual(tags, [...refusedTimes(6), "RowRejected"])
      })
  )

  it.effect("[G6] a minute without a refusal is the end of it, and other rows are asked for as ever", () =>
    Effect.gen(function* () {
      const cluster = virtualCluster()
      const store = yield* storeOn(cluster)
      const attempt = store.storeOrders([order(7n)])
      const others = store.storeOrders([order(8n)])
      cluster.faults.refuse = refusing(7n, tooLong)
      yield* tries(attempt, 6, 5, others)
      yield* TestClock.adjust("61 seconds")
      yield* others
      assert.deepStrictEqual(yield* tries(attempt, 6, 5, others), refusedTimes(6))
    })
  )
})
