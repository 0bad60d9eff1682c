/** Writes that meet each other, applied in any order and grouping, and the table they leave. */
import { Effect, Option, Result, Schema } from "effect"
import type { Order, OrderId } from "../../src/domain/Order.ts"
import { type Payment, PaymentId } from "../../src/domain/Payment.ts"
import { type Answers, FactStore } from "../../src/facts/FactStore.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"

/** Few ids, versions and values, so that most writes meet another, and many of them in a tie. */
export const WriteSpec = Schema.Struct({
  kind: Schema.Literals(["order", "payment"]),
  row: Schema.Literals([0, 1]),
  version: Schema.Literals([1_000n, 1_001n, 1_002n]),
  number: Schema.Literals([-5n, 1n, 2n, 300n]),
  text: Schema.Literals(["", "a", "ab", "b", "é", "\u{1F9FE}"]),
  nullable: Schema.NullOr(Schema.Literals(["0001", "0002"]))
})
export type WriteSpec = typeof WriteSpec.Type

/** The two rows that {@link WriteSpec} names 0 and 1. */
export type Ids = readonly [OrderId, OrderId]

/** Writes in this order, in calls whose size follows from `cuts`. */
export const apply = Effect.fnUntraced(function* (
  writes: ReadonlyArray<WriteSpec>,
  ids: Ids,
  cuts: ReadonlyArray<number>
) {
  const facts = yield* FactStore
  const size = 1 + Math.abs((cuts[0] ?? 0) % 4)
  for (let from = 0; from < writes.length; from += size) {
    const call = writes.slice(from, from + size)
    const orders = call.filter((write) => write.kind === "order")
    const payments = call.filter((write) => write.kind === "payment")
    succeeded(yield* facts.storeOrders(orders.map((write) => ({ order: orderAs(write, ids), ...write }))))
    succeeded(
      yield* facts.storePayments(payments.map((write) => ({ payment: paymentAs(write, ids), ...write })))
    )
  }
})

const orderAs = (write: WriteSpec, ids: Ids): Order => ({
  ...orderOf(ids[write.row]),
  customer_id: write.nullable === null ? null : write.number,
  shipping_address: write.nullable,
  price: Number(write.number) ** 2,
  item: write.text
})

const paymentAs = (write: WriteSpec, ids: Ids): Payment => ({
  ...paymentOf(ids[write.row]),
  payment_id: PaymentId.make(write.number < 1n ? 7n : write.number),
  payment_method: write.text,
  card_last_four: write.nullable
})

/** The elements in an order that follows from `keys`. */
export const permuted = <A>(elements: ReadonlyArray<A>, keys: ReadonlyArray<number>): ReadonlyArray<A> =>
  elements
    .map((element, at) => ({ element, key: Math.sin((keys[at % (keys.length || 1)] ?? 0) + at * 7) }))
    .sort((one, other) => one.key - other.key)
    .map(({ element }) => element)

/** The rows and their versions, without the ids, which differ from run to run. */
export const tableOf = Effect.fnUntraced(function* (ids: Ids) {
  const facts = yield* FactStore
  const states = succeeded(yield* facts.states(ids))
  const rows = yield* Effect.forEach(ids, (id) => facts.get(id))
  return rows.map((row, at) => ({
    state: states[at],
    row: Option.getOrUndefined(Option.map(row, (fact) => ({ ...fact, order_id: 0n })))
  }))
})

/** Every answer's value; fails the test on the first failure. */
export const succeeded = <A>(answers: Answers<A>): ReadonlyArray<A> =>
  answers.map((answer) => Result.getOrThrow(answer))
