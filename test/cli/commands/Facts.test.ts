import { describe, expect, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { TestConsole } from "effect/testing"
import { showCount, showFact } from "../../../src/cli/commands/Facts.ts"
import { Order } from "../../../src/domain/Order.ts"
import { versionOfOrder } from "../../../src/domain/Version.ts"
import { FactStore } from "../../../src/facts/FactStore.ts"
import { FactStoreSqlite } from "../../../src/facts/FactStoreSqlite.ts"

const orderId = 2n ** 63n - 1n

const store = Effect.gen(function* () {
  const order = yield* Schema.decodeEffect(Order)({
    order_id: String(orderId),
    customer_id: 7,
    item: "a\u001b[31mb",
    quantity: 1,
    price: 9.5,
    shipping_address: "somewhere",
    order_status: "new",
    creation_date: "2026-11-22"
  })
  const answers = yield* (yield* FactStore).storeOrders([{ order, version: versionOfOrder(order, 1_000) }])
  expect(answers.every(Result.isSuccess)).toBe(true)
})

const printed = Effect.map(TestConsole.logLines, (lines) => lines.join("\n"))

describe("facts", () => {
  it.effect("get prints every column, absent values as a dash, and no control character", () =>
    Effect.gen(function* () {
      yield* store
      yield* showFact(orderId, false)
      const text = yield* printed
      expect(text).toContain("order_id          9223372036854775807")
      expect(text).toContain("item              a\\u001b[31mb")
      expect(text).toContain("payment_id        –")
      expect(text.split("\n")).toHaveLength(13)
    }).pipe(Effect.provide(FactStoreSqlite.layer({ file: ":memory:" })))
  )

  it.effect("get --json prints an id beyond a double's precision exactly", () =>
    Effect.gen(function* () {
      yield* store
      yield* showFact(orderId, true)
      expect(JSON.parse(yield* printed)).toMatchObject({
        order_id: "9223372036854775807",
        customer_id: 7,
        item: "a\u001b[31mb",
        payment_id: null
      })
    }).pipe(Effect.provide(FactStoreSqlite.layer({ file: ":memory:" })))
  )

  it.effect("get of an absent row fails, names the order, and says that a payment's id finds none", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(showFact(4711n, false))
      expect(error.message).toContain("order 4711 has no row")
      expect(error.message).toContain("the id of a payment finds nothing here")
    }).pipe(Effect.provide(FactStoreSqlite.layer({ file: ":memory:" })))
  )

  it.effect("count prints the number of rows, alone or as JSON", () =>
    Effect.gen(function* () {
      yield* store
      yield* showCount(false)
      yield* showCount(true)
      expect(yield* printed).toBe('1\n{"facts":1}')
    }).pipe(Effect.provide(FactStoreSqlite.layer({ file: ":memory:" })))
  )
})
