/** Tells of payments whether their orders are in the table by now, and how late those were. */
import { Clock, Effect, Option, Result } from "effect"
import { clockDifferenceSeconds } from "../deadletters/Limits.ts"
import type { Fact } from "../domain/Fact.ts"
import type { Version } from "../domain/Version.ts"
import { FactStore, type FactStoreError } from "../facts/FactStore.ts"
import { orderReadsAtOnce } from "./Limits.ts"
import { orderLateness } from "./OrderLateness.ts"

/** What is known of the order of a payment. */
export type OrderOfPayment =
  /** `error`: why the table did not answer, where it was asked. */
  | { readonly _tag: "NotAsked"; readonly error?: string }
  | { readonly _tag: "Absent" }
  /** `lateMillis`: how much later than the payment it was published last; undefined where the row does not tell. */
  | { readonly _tag: "There"; readonly lateMillis: number | undefined }

/** A payment whose order is asked for. */
export interface AskingPayment {
  readonly orderId: bigint
  /** **Units**: µs since the epoch. */
  readonly publishTimeMicros: number
}

/** Asks for the orders of payments, and answers in the same order; a table that does not answer is no error. */
export const ordersOfPayments = (
  payments: ReadonlyArray<AskingPayment>
): Effect.Effect<ReadonlyArray<OrderOfPayment>, never, FactStore> =>
  Effect.gen(function* () {
    const rows = yield* rowsOf([...new Set(payments.map(({ orderId }) => orderId))])
    // A version of ours is never later; where others count in nanoseconds, all of theirs are.
    const latest = BigInt((yield* Clock.currentTimeMillis) + clockDifferenceSeconds * 1000) * 1000n
    return payments.map(({ orderId, publishTimeMicros }): OrderOfPayment => {
      const row = rows.get(orderId)
      if (row?._tag !== "There") return row ?? { _tag: "NotAsked" }
      const { fact, version } = row
      if (fact === undefined || version > latest) return { _tag: "There", lateMillis: undefined }
      const late = orderLateness(fact, version, publishTimeMicros)
      return { _tag: "There", lateMillis: Option.getOrUndefined(late) }
    })
  })

/** The row of an order. */
type OrderRow =
  | Exclude<OrderOfPayment, { readonly _tag: "There" }>
  | { readonly _tag: "There"; readonly version: Version; readonly fact: Fact | undefined }

const rowsOf = Effect.fnUntraced(function* (orderIds: ReadonlyArray<bigint>) {
  const store = yield* FactStore
  const states = yield* store.states(orderIds)
  const rowOf = (orderId: bigint, index: number): Effect.Effect<OrderRow> => {
    const state = states[index]
    if (state === undefined) return Effect.succeed({ _tag: "NotAsked" })
    if (Result.isFailure(state)) return Effect.succeed(unanswered(state.failure))
    if (state.success === undefined) return Effect.succeed({ _tag: "Absent" })
    const version = state.success.orderVersion
    return Effect.match(store.get(orderId), {
      onSuccess: (fact) => ({ _tag: "There", version, fact: Option.getOrUndefined(fact) }),
      onFailure: unanswered
    })
  }
  const rows = yield* Effect.forEach(orderIds, rowOf, { concurrency: orderReadsAtOnce })
  return new Map(orderIds.map((orderId, index) => [orderId, rows[index]]))
})

const unanswered = ({ message }: FactStoreError): OrderRow => ({ _tag: "NotAsked", error: message })
