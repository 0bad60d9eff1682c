/** What every fact table does, whatever it is made of; run unchanged on each implementation. */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Option, Schema } from "effect"
import type { Fact } from "../../src/domain/Fact.ts"
import type { Order, OrderId } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { apply, type Ids, permuted, succeeded, tableOf, WriteSpec } from "./FactReplays.ts"
import { columnsOf, freshId, noPayment, stateOf } from "./FactRows.ts"
import { factValueTests } from "./FactValueTests.ts"

/** Registers the suite for one implementation; the layer is built once and starts with an empty table. */
export const factStoreSuite = (name: string, store: Layer.Layer<FactStore, unknown>): void =>
  layer(store, { excludeTestServices: true, timeout: 120_000 })(`FactStore on ${name}`, (it) => {
    factValueTests(it)

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

    it.effect("finds the orders of a payment, or says that it would take a scan", () =>
      Effect.gen(function* () {
        const { ordersOfPayment, storePayments } = yield* FactStore
        const payment = paymentOf(freshId())
        succeeded(yield* storePayments([{ payment, version: 1_000n }]))
        const found = yield* ordersOfPayment?.(payment.payment_id) ?? Effect.undefined
        assert.isTrue(found === undefined || found.includes(payment.order_id))
        const absent = yield* ordersOfPayment?.(freshId()) ?? Effect.undefined
        assert.deepStrictEqual(absent, found === undefined ? undefined : [])
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

const idsOfRun = (): Ids => [freshId(), freshId()]
const idOf = (order: Order): OrderId => order.order_id

const noOrder: Omit<Fact, keyof Payment> = {
  customer_id: null,
  item: null,
  quantity: null,
  price: null,
  shipping_address: null,
  order_status: null,
  creation_date: null
}
