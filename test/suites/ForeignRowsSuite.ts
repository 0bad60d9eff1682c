/** What payments do to rows that another program wrote; run unchanged on each implementation of the fact table. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, type Layer, Option, Result } from "effect"
import { type Fact, orderColumns, paymentColumns } from "../../src/domain/Fact.ts"
import { int64Max } from "../../src/domain/Int64.ts"
import { OrderId } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { versionOfPayment } from "../../src/domain/Version.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { makePaymentIngest } from "../../src/ingest/PaymentIngest.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { succeeded } from "./FactReplays.ts"

/** Some columns of a row, nulls included; an absent one is not touched. */
export type ForeignValues = Partial<Omit<Fact, "order_id">>

/** Another program that writes to the table of a fact store. */
export class ForeignWriter extends Context.Service<
  ForeignWriter,
  {
    /** Writes values and nulls, all at one write time. */
    readonly write: (orderId: bigint, values: ForeignValues, writeTime: bigint) => Effect.Effect<void>
  }
>()("counterfoil/test/suites/ForeignWriter") {}

/** Registers the suite for one implementation; the layer is built once. */
export const foreignRowsSuite = (
  name: string,
  store: Layer.Layer<FactStore | ForeignWriter, unknown>
): void =>
  layer(store, { excludeTestServices: true, timeout: 120_000 })(`Foreign rows on ${name}`, (it) => {
    for (const [what, writeTime] of [
      ["microseconds", BigInt(publishedMicros) + 3_600_000_000n],
      ["nanoseconds", 2n ** 62n],
      ["nanoseconds, at an odd one above what a double can tell", 2n ** 62n + 500n]
    ] as const) {
      it.effect(
        `[G2] a payment shows above the nulls of a writer that counts ${what}, and a replay is told so`,
        () =>
          Effect.gen(function* () {
            const { order_id, ...columns } = orderOf(freshId())
            const payment = paymentOf(order_id)
            yield* written(order_id, { ...columns, ...nullsOf(paymentColumns) }, writeTime)
            assert.deepStrictEqual(yield* stateOf(order_id), { orderVersion: writeTime, payment: undefined })
            assert.strictEqual(yield* fateOf(payment), "payment-matched")
            assert.deepStrictEqual(yield* factOf(order_id), { ...columns, ...payment })
            const lifted = (writeTime / 1_000n + 1n) * 1_000n + versionOfPayment(payment, 0)
            assert.strictEqual((yield* stateOf(order_id))?.payment?.version, lifted)
            assert.strictEqual(yield* fateOf(payment), "payment-matched")
          })
      )
    }

    it.effect(
      "[G2] a payment shows in a row without nulls at its own version, whatever the row's write time",
      () =>
        Effect.gen(function* () {
          for (const writeTime of [2n ** 62n, int64Max]) {
            const { order_id, ...columns } = orderOf(freshId())
            const payment = paymentOf(order_id)
            yield* written(order_id, columns, writeTime)
            assert.strictEqual(yield* fateOf(payment), "payment-matched")
            const version = versionOfPayment(payment, publishedMicros)
            assert.strictEqual((yield* stateOf(order_id))?.payment?.version, version)
          }
        })
    )

    it.effect("[G2] above nulls at the end of int64 nothing can be written: the payment is superseded", () =>
      Effect.gen(function* () {
        for (const writeTime of [int64Max, int64Max - 1n, int64Max - 806n]) {
          const { order_id, ...columns } = orderOf(freshId())
          yield* written(order_id, { ...columns, ...nullsOf(paymentColumns) }, writeTime)
          assert.strictEqual(yield* fateOf(paymentOf(order_id)), "payment-superseded")
          const { payment_id, ...fact } = yield* factOf(order_id)
          assert.isNull(payment_id)
          assert.strictEqual(fact.item, columns.item)
        }
      })
    )

    it.effect(
      "[G2] a payment that was deleted later than its order was written stays deleted: superseded",
      () =>
        Effect.gen(function* () {
          const { order_id, ...columns } = orderOf(freshId())
          const writeTime = BigInt(publishedMicros) + 1_000_000n
          yield* written(order_id, columns, writeTime)
          yield* written(order_id, nullsOf(paymentColumns), writeTime + 1_000_000n)
          assert.strictEqual(yield* fateOf(paymentOf(order_id)), "payment-superseded")
          assert.isNull((yield* factOf(order_id)).payment_id)
        })
    )

    it.effect("[G2] a payment that another program wrote in nanoseconds is newer than ours", () =>
      Effect.gen(function* () {
        const { order_id, ...columns } = orderOf(freshId())
        const { order_id: _, ...theirs } = paymentOf(order_id, { payment_id: 7n })
        yield* written(order_id, { ...columns, ...theirs }, 2n ** 62n + 1n)
        assert.strictEqual(yield* fateOf(paymentOf(order_id)), "payment-superseded")
        assert.strictEqual((yield* stateOf(order_id))?.payment?.version, 2n ** 62n + 1n)
      })
    )

    for (const [what, others] of [
      ["and nulls in all others, as the scripts wrote them", nullsOf([...orderColumns, ...paymentColumns])],
      ["and no other cell", {}]
    ] as const) {
      it.effect(`a row with a single column of an order ${what} is an order, and its payment matches`, () =>
        Effect.gen(function* () {
          for (const column of orderColumns) {
            const order = orderOf(freshId())
            const payment = paymentOf(order.order_id)
            const values = { ...others, [column]: order[column] }
            yield* written(order.order_id, values, BigInt(publishedMicros) + 5_000n)
            assert.strictEqual(yield* fateOf(payment), "payment-matched", column)
            const expected = { ...nullsOf(orderColumns), [column]: order[column], ...payment }
            assert.deepStrictEqual(yield* factOf(order.order_id), expected)
          }
        })
      )
    }

    it.effect("a row of the scripts without customer_id is an order, and its payment matches", () =>
      Effect.gen(function* () {
        const { order_id, ...columns } = orderOf(9500n)
        const payment = paymentOf(order_id)
        const values = { ...columns, customer_id: null, ...nullsOf(paymentColumns) }
        yield* written(order_id, values, BigInt(publishedMicros) + 1n)
        assert.strictEqual(yield* fateOf(payment), "payment-matched")
        assert.deepStrictEqual(yield* factOf(order_id), { ...columns, customer_id: null, ...payment })
      })
    )

    it.effect("a row with nothing but nulls beside its payment is no order", () =>
      Effect.gen(function* () {
        const { order_id, ...payment } = paymentOf(freshId())
        yield* written(order_id, { ...nullsOf(orderColumns), ...payment }, 5_000n)
        assert.isUndefined(yield* stateOf(order_id))
        assert.strictEqual(yield* fateOf(paymentOf(order_id)), "UnmatchedPayment")
      })
    )

    it.effect("the order's version is the greatest write time of its columns", () =>
      Effect.gen(function* () {
        for (const column of orderColumns) {
          const { order_id, ...columns } = orderOf(freshId())
          yield* written(order_id, columns, 5_000n)
          yield* written(order_id, { [column]: columns[column] }, 9_000n)
          assert.strictEqual((yield* stateOf(order_id))?.orderVersion, 9_000n, column)
        }
      })
    )
  })

/** When every payment here was published. **Units**: µs since the epoch. */
const publishedMicros = 1_700_000_000_000_000

let lastId = 7_000_000n
const freshId = (): OrderId => OrderId.make(++lastId)

const written = (orderId: bigint, values: ForeignValues, writeTime: bigint) =>
  ForeignWriter.use((foreign) => foreign.write(orderId, values, writeTime))

const nullsOf = <Column extends keyof Fact>(columns: ReadonlyArray<Column>) =>
  Object.fromEntries(columns.map((column) => [column, null])) as Record<Column, null>

const stateOf = Effect.fnUntraced(function* (orderId: bigint) {
  const facts = yield* FactStore
  return succeeded(yield* facts.states([orderId]))[0]
})

const factOf = (orderId: bigint) =>
  FactStore.use((facts) => Effect.map(facts.get(orderId), Option.getOrThrow))

/** What becomes of a payment that is delivered now. */
const fateOf = Effect.fnUntraced(function* (payment: Payment) {
  const handle = yield* makePaymentIngest({ maxRowBytes: 2 ** 20 })
  const [outcome] = yield* handle([{ value: payment, publishTimeMicros: publishedMicros, bytes: 200 }])
  if (outcome === undefined) return "nothing"
  return Result.isSuccess(outcome) ? outcome.success : outcome.failure._tag
})
