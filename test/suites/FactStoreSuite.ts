/** What every fact table does, whatever it is made of; run unchanged on each implementation. */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Option, Schema } from "effect"
import type { Fact } from "../../src/domain/Fact.ts"
import { int64Max, int64Min } from "../../src/domain/Int64.ts"
import { type Order, OrderId } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { apply, type Ids, permuted, succeeded, tableOf, WriteSpec } from "./FactReplays.ts"

/** Registers the suite for one implementation; the layer is built once and starts with an empty table. */
export const factStoreSuite = (name: string, store: Layer.Layer<FactStore, unknown>): void =>
  layer(store, { excludeTestServices: true, timeout: 120_000 })(`FactStore on ${name}`, (it) => {
    it.effect("[G1] an order is read back as it was written, without a payment", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const order = orderOf(freshId())
        succeeded(yield* facts.storeOrders([{ order, version: 1_000n }]))
        assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...noPayment }))
        assert.deepStrictEqual(yield* stateOf(order.order_id), { orderVersion: 1_000n, payment: undefined })
      })
    )

    it.effect("[G2] an order written again, newer, never touches the payment columns", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const order = orderOf(freshId())
        const payment = paymentOf(order.order_id)
        succeeded(yield* facts.storeOrders([{ order, version: 1_000n }]))
        succeeded(yield* facts.storePayments([{ payment, version: 2_000n }]))
        succeeded(yield* facts.storeOrders([{ order: { ...order, item: "changed" }, version: 3_000n }]))
        assert.deepStrictEqual(
          yield* facts.get(order.order_id),
          Option.some({ ...order, ...payment, item: "changed" })
        )
        assert.deepStrictEqual(yield* stateOf(order.order_id), {
          orderVersion: 3_000n,
          payment: { version: 2_000n, columns: columnsOf(payment) }
        })
      })
    )

    it.effect("[G2] an older version never wins, neither of an order nor of a payment", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const order = orderOf(freshId())
        const payment = paymentOf(order.order_id)
        succeeded(yield* facts.storeOrders([{ order, version: 2_000n }]))
        succeeded(yield* facts.storePayments([{ payment, version: 2_000n }]))
        const older = { ...order, item: "zzz older", customer_id: 999_999n }
        succeeded(yield* facts.storeOrders([{ order: older, version: 1_999n }]))
        const olderPayment = { ...payment, payment_method: "zzz older" }
        succeeded(yield* facts.storePayments([{ payment: olderPayment, version: 1_999n }]))
        assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...payment }))
      })
    )

    it.effect(
      "[G2] of equal versions a null, then the greater bytes win cell by cell, whichever came first",
      () =>
        Effect.gen(function* () {
          const facts = yield* FactStore
          const order: Order = { ...orderOf(freshId()), customer_id: 5n, quantity: 300n, price: 2, item: "" }
          const nothing = { shipping_address: null }
          const other: Order = {
            ...order,
            ...nothing,
            customer_id: -5n,
            quantity: 2n,
            price: 10,
            item: "\u{1F9FE}"
          }
          const greater: Order = { ...other, quantity: 300n }
          const reverse = { order_id: freshId() }
          succeeded(yield* facts.storeOrders([{ order, version: 1_000n }]))
          succeeded(yield* facts.storeOrders([{ order: other, version: 1_000n }]))
          succeeded(yield* facts.storeOrders([{ order: { ...other, ...reverse }, version: 1_000n }]))
          succeeded(yield* facts.storeOrders([{ order: { ...order, ...reverse }, version: 1_000n }]))
          assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...greater, ...noPayment }))
          assert.deepStrictEqual(
            yield* facts.get(reverse.order_id),
            Option.some({ ...greater, ...noPayment, ...reverse })
          )
        })
    )

    it.effect(
      "[G2] an order without customer and address is an order, and a newer null replaces a value",
      () =>
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

    it.effect("a payment-only row is no order, but is a row", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const payment = paymentOf(freshId())
        const before = yield* facts.count
        succeeded(yield* facts.storePayments([{ payment, version: 1_000n }]))
        assert.strictEqual(yield* stateOf(payment.order_id), undefined)
        assert.deepStrictEqual(yield* facts.get(payment.order_id), Option.some({ ...noOrder, ...payment }))
        assert.strictEqual(yield* facts.count, before + 1)
      })
    )

    it.effect("an order id that was never written has no state and no fact", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const id = freshId()
        assert.strictEqual(yield* stateOf(id), undefined)
        assert.deepStrictEqual(yield* facts.get(id), Option.none())
      })
    )

    it.effect("states answers each id in the order asked, repeated and unknown ids included", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const orders = Array.from({ length: 45 }, () => orderOf(freshId()))
        succeeded(
          yield* facts.storeOrders(orders.map((order, at) => ({ order, version: 1_000n + BigInt(at) })))
        )
        const ids = [...orders.map((order) => order.order_id), freshId(), ...orders.slice(0, 3).map(idOf)]
        const versions = succeeded(yield* facts.states(ids)).map((state) => state?.orderVersion)
        const expected = [...orders.map((_, at) => 1_000n + BigInt(at)), undefined, 1_000n, 1_001n, 1_002n]
        assert.deepStrictEqual(versions, expected)
      })
    )

    it.effect("an empty call answers nothing", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        assert.deepStrictEqual(yield* facts.storeOrders([]), [])
        assert.deepStrictEqual(yield* facts.storePayments([]), [])
        assert.deepStrictEqual(yield* facts.states([]), [])
      })
    )

    it.effect("[G2] one order twice in one call: the greater version wins, not the later place", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const order = orderOf(freshId())
        const older = { ...order, item: "zzz older" }
        const writes = [
          { order, version: 2_000n },
          { order: older, version: 1_000n }
        ]
        assert.strictEqual(succeeded(yield* facts.storeOrders(writes)).length, 2)
        assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...noPayment }))
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

    it.effect("count counts every row once, however often it was written", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const before = yield* facts.count
        const writes = Array.from({ length: 250 }, () => ({ order: orderOf(freshId()), version: 1_000n }))
        succeeded(yield* facts.storeOrders(writes))
        succeeded(yield* facts.storeOrders(writes))
        assert.strictEqual(yield* facts.count, before + 250)
      })
    )

    it.effect("ping succeeds while the table serves", () => FactStore.use((facts) => facts.ping))

    it.effect.prop(
      "[G2] the same writes, replayed in any order and in any grouping, leave the same table",
      { writes: Schema.Array(WriteSpec), shuffle: Schema.Array(Schema.Int) },
      ({ writes, shuffle }) =>
        Effect.gen(function* () {
          const first = idsOfRun()
          const second = idsOfRun()
          yield* apply(writes, first, shuffle)
          yield* apply(permuted([...writes, ...writes], shuffle), second, shuffle.toReversed())
          assert.deepStrictEqual(yield* tableOf(second), yield* tableOf(first))
        }),
      { arbitrary: { runs: 40 } }
    )
  })

const stateOf = Effect.fnUntraced(function* (id: bigint) {
  const facts = yield* FactStore
  return succeeded(yield* facts.states([id]))[0]
})

let lastId = 1_000_000n
const freshId = (): OrderId => OrderId.make(++lastId)
const idsOfRun = (): Ids => [freshId(), freshId()]
const idOf = (order: Order): OrderId => order.order_id

const columnsOf = ({ order_id: _, ...columns }: Payment) => columns

const noPayment: Omit<Fact, keyof Order> = {
  payment_id: null,
  payment_method: null,
  card_last_four: null,
  payment_status: null,
  payment_datetime: null
}

const noOrder: Omit<Fact, keyof Payment> = {
  customer_id: null,
  item: null,
  quantity: null,
  price: null,
  shipping_address: null,
  order_status: null,
  creation_date: null
}
