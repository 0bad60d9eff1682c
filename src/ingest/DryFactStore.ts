/** The fact table as it would be: reads what is there, and only remembers what would be written. */
import { Effect, Result } from "effect"
import type { FactState } from "../domain/Fact.ts"
import type { Version } from "../domain/Version.ts"
import type { Answers, FactStore, PaymentWrite } from "../facts/FactStore.ts"
import { dryWritesBytes } from "./Limits.ts"

/**
 * The same table without its writes: a write is remembered, so that what is read afterwards is as after the write.
 *
 * A write asks the table nevertheless: a table that does not answer would take no write either. What only the writing
 * would show is not known: that Cassandra refuses a row, or that a delete hides it.
 *
 * **Guarantee**: nothing is written. It remembers at most 64 MiB of payments; what is older is forgotten (G6).
 */
export const dryFactStore = (inner: FactStore["Service"]): FactStore["Service"] => {
  const orders = new Map<bigint, Version>()
  const payments = makeDryPayments()
  const overlaid = (orderId: bigint, state: FactState | undefined): FactState | undefined => {
    const orderVersion = greatest(state?.orderVersion, orders.get(orderId))
    if (orderVersion === undefined) return undefined
    const written = payments.get(orderId)
    const standing = state?.payment
    const isNewer = written !== undefined && (standing === undefined || written.version > standing.version)
    return {
      orderVersion,
      payment: isNewer ? { version: written.version, columns: written.payment } : standing
    }
  }
  const asked = <W>(writes: ReadonlyArray<W>, idOf: (write: W) => bigint, remember: (write: W) => void) =>
    Effect.map(
      inner.states(writes.map(idOf)),
      (answers): Answers<void> =>
        answers.map((answer, index) =>
          Result.map(answer, () => {
            const write = writes[index]
            if (write !== undefined) remember(write)
          })
        )
    )
  // Every operation by its name: one that is new must not write because nobody thought of it here.
  return {
    get: inner.get,
    count: inner.count,
    ping: inner.ping,
    storeOrders: (writes) =>
      asked(
        writes,
        ({ order }) => order.order_id,
        ({ order, version }) => {
          orders.set(order.order_id, greatest(orders.get(order.order_id), version) ?? version)
        }
      ),
    storePayments: (writes) => asked(writes, ({ payment }) => payment.order_id, payments.put),
    states: (orderIds) =>
      Effect.map(inner.states(orderIds), (answers) =>
        answers.map((answer, index) => Result.map(answer, (state) => overlaid(orderIds[index] ?? 0n, state)))
      )
  }
}

/** The payments that would have been written, the newest of each order, bounded by their bytes. */
const makeDryPayments = () => {
  const byOrder = new Map<bigint, PaymentWrite>()
  let bytes = 0
  const forget = (orderId: bigint) => {
    const written = byOrder.get(orderId)
    if (written !== undefined && byOrder.delete(orderId)) bytes -= bytesOf(written)
  }
  return {
    get: (orderId: bigint) => byOrder.get(orderId),
    put: (write: PaymentWrite) => {
      const { order_id } = write.payment
      const standing = byOrder.get(order_id)
      if (standing !== undefined && standing.version >= write.version) return
      forget(order_id)
      byOrder.set(order_id, write)
      bytes += bytesOf(write)
      for (const oldest of byOrder.keys()) {
        if (bytes <= dryWritesBytes) break
        forget(oldest)
      }
    }
  }
}

/** What one of them takes at most: its texts in UTF-16, and its other fields. */
const bytesOf = ({ payment }: PaymentWrite): number =>
  200 + 2 * (payment.payment_method.length + payment.payment_status.length + payment.payment_datetime.length)

const greatest = (one: Version | undefined, other: Version | undefined): Version | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one
