/** What becomes of rows that somebody deletes in Cassandra, whatever is delivered again. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Result } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import { makeOrderHandler } from "../../src/ingest/OrderHandler.ts"
import { makePaymentHandler } from "../../src/ingest/PaymentHandler.ts"
import { layerOwnKeyspace } from "../cassandra/TestKeyspace.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { describeWith } from "../support/TestServices.ts"

const store = FactStoreCassandra.layer.pipe(Layer.provideMerge(layerOwnKeyspace))

/** The fates of an order or a payment that was published then. **Units**: s since some begin. */
const ingest = Effect.gen(function* () {
  const orders = yield* makeOrderHandler({ maxRowBytes: 2 ** 20, onStored: () => Effect.void })
  const payments = yield* makePaymentHandler({ maxRowBytes: 2 ** 20 })
  const fateOf = (outcome: Result.Result<string, { readonly _tag: string }> | undefined) =>
    outcome === undefined ? "nothing" : Result.isSuccess(outcome) ? outcome.success : outcome.failure._tag
  const item = <A>(value: A, second: number) => ({ value, publishTimeMicros: microsAt(second), bytes: 200 })
  return {
    order: (order: Order, second: number) =>
      Effect.map(orders([item(order, second)]), ([outcome]) => fateOf(outcome)),
    payment: (payment: Payment, second: number) =>
      Effect.map(payments([item(payment, second)]), ([outcome]) => fateOf(outcome))
  }
})

const microsAt = (second: number) => 1_700_000_000_000_000 + second * 1_000_000

const deleteRow = (orderId: bigint, second: number) =>
  Cassandra.use((cassandra) =>
    cassandra.execute({
      query: "DELETE FROM orders_payments_facts USING TIMESTAMP ? WHERE order_id = ?",
      params: [BigInt(microsAt(second)), orderId]
    })
  )

const factOf = (orderId: bigint) => FactStore.use((facts) => facts.get(orderId))

describeWith("cassandra")("a row that was deleted", () => {
  layer(store, { excludeTestServices: true, timeout: 120_000 })((it) => {
    it.effect(
      "[G2] after all was published stays deleted, whatever comes again; its payment has no order",
      () =>
        Effect.gen(function* () {
          const { order, payment } = yield* ingest
          assert.strictEqual(yield* order(orderOf(1n), 1), "order-stored")
          assert.strictEqual(yield* payment(paymentOf(1n), 2), "payment-matched")
          yield* deleteRow(1n, 3)
          assert.deepStrictEqual(yield* factOf(1n), Option.none())
          assert.strictEqual(yield* order(orderOf(1n), 1), "order-stored")
          assert.strictEqual(yield* payment(paymentOf(1n), 2), "UnmatchedPayment")
          assert.deepStrictEqual(yield* factOf(1n), Option.none())
        })
    )

    it.effect("[G2] before anything was published leaves order and payment as they are", () =>
      Effect.gen(function* () {
        const { order, payment } = yield* ingest
        yield* deleteRow(2n, 1)
        assert.strictEqual(yield* order(orderOf(2n), 2), "order-stored")
        assert.strictEqual(yield* payment(paymentOf(2n), 3), "payment-matched")
        yield* deleteRow(2n, 1)
        assert.deepStrictEqual(yield* factOf(2n), Option.some({ ...orderOf(2n), ...paymentOf(2n) }))
      })
    )

    it.effect("[G2] is there again with an order published later, and takes the payments for that one", () =>
      Effect.gen(function* () {
        const { order, payment } = yield* ingest
        yield* order(orderOf(3n), 1)
        yield* payment(paymentOf(3n), 2)
        yield* deleteRow(3n, 3)
        assert.strictEqual(yield* order(orderOf(3n, { item: "Book" }), 4), "order-stored")
        assert.isNull(Option.getOrThrow(yield* factOf(3n)).payment_id)
        const later = paymentOf(3n, { payment_id: 77n })
        assert.strictEqual(yield* payment(later, 5), "payment-matched")
        const expected = { ...orderOf(3n, { item: "Book" }), ...later }
        assert.deepStrictEqual(yield* factOf(3n), Option.some(expected))
        assert.strictEqual(yield* payment(paymentOf(3n), 2), "payment-superseded")
        assert.deepStrictEqual(yield* factOf(3n), Option.some(expected))
      })
    )
  })
})
