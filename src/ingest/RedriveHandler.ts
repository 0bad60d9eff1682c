/** Handles orders and payments that come from the dead-letter subscription together. */
import { Effect, type Result } from "effect"
import type { Fate, HandlingFailure } from "../domain/Fate.ts"
import type { Order } from "../domain/Order.ts"
import type { Payment } from "../domain/Payment.ts"
import type { FactStore } from "../facts/FactStore.ts"
import type { Handle, Item } from "../pipeline/DecodedDelivery.ts"
import type { CarriedMessage } from "./DeadLetterMessages.ts"
import { makeOrderHandler } from "./OrderHandler.ts"
import type { OrderLock } from "./OrderLock.ts"
import { makePaymentHandler } from "./PaymentHandler.ts"

/**
 * Handles a batch with the handlers of `run`: first its orders, so that a payment finds its order of the same batch,
 * then its payments. Every payment that is written is read back: the rows may be the original's.
 */
export const makeRedriveHandler = (options: {
  /** **Units**: bytes. */
  readonly maxRowBytes: number
  /** As of {@link makePaymentHandler}. */
  readonly locks?: OrderLock
}): Effect.Effect<Handle<CarriedMessage, HandlingFailure, Fate>, never, FactStore> =>
  Effect.gen(function* () {
    const { maxRowBytes, locks } = options
    const handleOrders = yield* makeOrderHandler({ maxRowBytes, onStored: () => Effect.void })
    const handlePayments = yield* makePaymentHandler({
      maxRowBytes,
      readsBack: "always",
      ...(locks === undefined ? {} : { locks })
    })
    const handle: Handle<CarriedMessage, HandlingFailure, Fate> = Effect.fnUntraced(function* (items) {
      const { orders, payments } = sorted(items)
      const outcomes = new Array<Result.Result<Fate, HandlingFailure>>(items.length)
      const place = (
        { positions }: Sorted<unknown>,
        results: ReadonlyArray<Result.Result<Fate, HandlingFailure>>
      ) =>
        positions.forEach((position, index) => {
          const result = results[index]
          if (result !== undefined) outcomes[position] = result
        })
      if (orders.items.length > 0) place(orders, yield* handleOrders(orders.items))
      if (payments.items.length > 0) place(payments, yield* handlePayments(payments.items))
      return outcomes
    })
    return handle
  })

/** Items of one kind, and where each stood in the batch. */
interface Sorted<A> {
  readonly items: Array<Item<A>>
  readonly positions: Array<number>
}

const sorted = (items: ReadonlyArray<Item<CarriedMessage>>) => {
  const orders: Sorted<Order> = { items: [], positions: [] }
  const payments: Sorted<Payment> = { items: [], positions: [] }
  items.forEach((item, position) => {
    const { value } = item
    if (value._tag === "Order") {
      orders.items.push({ ...item, value: value.order })
      orders.positions.push(position)
    } else {
      payments.items.push({ ...item, value: value.payment })
      payments.positions.push(position)
    }
  })
  return { orders, payments }
}
