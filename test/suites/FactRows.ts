/** Ids, rows and reads that the suites of the fact table share. */
import { Effect } from "effect"
import type { Fact } from "../../src/domain/Fact.ts"
import { type Order, OrderId } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { succeeded } from "./FactReplays.ts"

/** What a payment has to know of a row. */
export const stateOf = Effect.fnUntraced(function* (id: bigint) {
  const facts = yield* FactStore
  return succeeded(yield* facts.states([id]))[0]
})

let lastId = 1_000_000n

/** An order id that no other test of the run has. */
export const freshId = (): OrderId => OrderId.make(++lastId)

/** The columns of a payment, as a row holds them. */
export const columnsOf = ({ order_id: _, ...columns }: Payment) => columns

/** The payment columns of a row without a payment. */
export const noPayment: Omit<Fact, keyof Order> = {
  payment_id: null,
  payment_method: null,
  card_last_four: null,
  payment_status: null,
  payment_datetime: null
}
