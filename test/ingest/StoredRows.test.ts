import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { FactStore, FactStoreError, FactStoreUnavailable } from "../../src/facts/FactStore.ts"
import { FactStoreSqlite } from "../../src/facts/FactStoreSqlite.ts"
import { rowLookUpMillis, rowsLookedUpMax } from "../../src/ingest/Limits.ts"
import { makeRowLookUp } from "../../src/ingest/StoredRows.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"

const away = new FactStoreError({
  operation: "read fact",
  reason: new FactStoreUnavailable({ detail: "no host answers", cause: undefined })
})

describe("a look-up in the table, beside the work", () => {
  it.effect("finds the row of an order, and of a payment", () =>
    Effect.gen(function* () {
      const table = yield* FactStore
      yield* table.storeOrders([{ order: orderOf(7n), version: 1n }])
      yield* table.storePayments([{ payment: paymentOf(7n), version: 1n }])
      const look = makeRowLookUp(table)
      const row = { ...orderOf(7n), ...paymentOf(7n) }
      assert.deepStrictEqual(yield* look({ kind: "order", id: 7n }), { _tag: "Looked", rows: [row] })
      assert.deepStrictEqual(yield* look({ kind: "payment", id: paymentOf(7n).payment_id }), {
        _tag: "Looked",
        rows: [row]
      })
      assert.deepStrictEqual(yield* look({ kind: "order", id: 8n }), { _tag: "Looked", rows: [] })
    }).pipe(Effect.provide(FactStoreSqlite.layer({ file: ":memory:" })))
  )

  it.effect("says of a payment that it was not looked for where only a scan would tell", () =>
    Effect.gen(function* () {
      const get = () => Effect.succeedNone
      for (const table of [{ get }, { get, ordersOfPayment: () => Effect.undefined }]) {
        const look = yield* makeRowLookUp(table)({ kind: "payment", id: 7n })
        assert.deepInclude(look, { _tag: "NotLooked" })
        assert.include("why" in look ? look.why : "", "--index-payments")
      }
    })
  )

  it.effect("[G6] reads a few rows at most, however many orders name one payment", () =>
    Effect.gen(function* () {
      const asked: Array<bigint> = []
      const table = {
        get: (id: bigint) =>
          Effect.andThen(
            Effect.sync(() => void asked.push(id)),
            Effect.succeedNone
          ),
        ordersOfPayment: () => Effect.succeed(Array.from({ length: 5_000 }, (_, id) => BigInt(id)))
      }
      yield* makeRowLookUp(table)({ kind: "payment", id: 7n })
      assert.lengthOf(asked, rowsLookedUpMax)
    })
  )

  it.effect("a table that fails, or is silent, is not looked at, and nobody waits for it", () =>
    Effect.gen(function* () {
      const failing = yield* makeRowLookUp({ get: () => Effect.fail(away) })({ kind: "order", id: 7n })
      assert.deepStrictEqual(failing, { _tag: "NotLooked", why: "read fact: no host answers" })
      const look = yield* Effect.forkChild(
        makeRowLookUp({ get: () => Effect.never })({ kind: "order", id: 7n })
      )
      yield* TestClock.adjust(rowLookUpMillis)
      assert.deepInclude(yield* Fiber.join(look), { why: "the table did not answer within 3 s" })
    })
  )
})
