/** Part of the suite of the fact table: values and nulls come back unchanged. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Option } from "effect"
import { int64Max, int64Min } from "../../src/domain/Int64.ts"
import { type Order, OrderId } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { succeeded } from "./FactReplays.ts"
import { columnsOf, freshId, noPayment, stateOf } from "./FactRows.ts"

/** Registers the tests. */
export const factValueTests = (it: Vitest.MethodsNonLive<FactStore>): void => {
  it.effect("[G2] an order without customer and address is an order, and a newer null replaces a value", () =>
    Effect.gen(function* () {
      const facts = yield* FactStore
      const order = orderOf(freshId())
      const guest: Order = { ...order, customer_id: null, shipping_address: null }
      const other: Order = { ...guest, order_id: freshId() }
      succeeded(yield* facts.storeOrders([{ order, version: 1_000n }]))
      succeeded(
        yield* facts.storeOrders([
          { order: guest, version: 2_000n },
          { order: other, version: 1_500n }
        ])
      )
      succeeded(yield* facts.storeOrders([{ order, version: 1_999n }]))
      assert.deepStrictEqual(yield* facts.get(guest.order_id), Option.some({ ...guest, ...noPayment }))
      assert.deepStrictEqual(yield* stateOf(guest.order_id), { orderVersion: 2_000n, payment: undefined })
      assert.deepStrictEqual(yield* stateOf(other.order_id), { orderVersion: 1_500n, payment: undefined })
      succeeded(yield* facts.storeOrders([{ order, version: 3_000n }]))
      assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...noPayment }))
    })
  )

  it.effect("[G2] a payment without a card is read back so, and a newer null replaces the digits", () =>
    Effect.gen(function* () {
      const facts = yield* FactStore
      const order: Order = { ...orderOf(freshId()), customer_id: null }
      const payment = paymentOf(order.order_id)
      const cash: Payment = { ...payment, card_last_four: null }
      succeeded(yield* facts.storeOrders([{ order, version: 1_000n }]))
      succeeded(yield* facts.storePayments([{ payment, version: 2_000n }]))
      succeeded(yield* facts.storePayments([{ payment: cash, version: 3_000n }]))
      assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...cash }))
      assert.deepStrictEqual(yield* stateOf(order.order_id), {
        orderVersion: 1_000n,
        payment: { version: 3_000n, columns: columnsOf(cash) }
      })
    })
  )

  it.effect("the extremes of int64 and of double come back unchanged", () =>
    Effect.gen(function* () {
      const facts = yield* FactStore
      const order: Order = {
        ...orderOf(OrderId.make(int64Max)),
        customer_id: int64Min,
        quantity: int64Max,
        price: Number.MAX_VALUE
      }
      const payment = paymentOf(order.order_id, { payment_id: int64Max - 1n })
      const version = int64Max
      succeeded(yield* facts.storeOrders([{ order, version }]))
      succeeded(yield* facts.storePayments([{ payment, version }]))
      assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...payment }))
      assert.deepStrictEqual(yield* stateOf(order.order_id), {
        orderVersion: version,
        payment: { version, columns: columnsOf(payment) }
      })
    })
  )

  it.effect("astral, empty and control-character text comes back unchanged", () =>
    Effect.gen(function* () {
      const facts = yield* FactStore
      const order: Order = {
        ...orderOf(freshId()),
        item: "\u{1F9FE}\u{10FFFF} “é” שלום",
        shipping_address: "",
        order_status: "line\nbreak\ttab\u0000null",
        creation_date: "' \" \\ ; -- ?"
      }
      const payment: Payment = {
        ...paymentOf(order.order_id),
        payment_method: "",
        payment_status: "\u{1F4B8}"
      }
      succeeded(yield* facts.storeOrders([{ order, version: 1_000n }]))
      succeeded(yield* facts.storePayments([{ payment, version: 1_000n }]))
      assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...payment }))
      const state = yield* stateOf(order.order_id)
      assert.deepStrictEqual(state?.payment?.columns, columnsOf(payment))
    })
  )

  it.effect("a row of 900 KB is stored between small ones", () =>
    Effect.gen(function* () {
      const facts = yield* FactStore
      const large: Order = { ...orderOf(freshId()), item: "é".repeat(450_000) }
      const orders = [orderOf(freshId()), large, orderOf(freshId())]
      succeeded(yield* facts.storeOrders(orders.map((order) => ({ order, version: 1_000n }))))
      for (const order of orders) {
        assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...noPayment }))
      }
    })
  )
}
