/** Writes orders to the fact table. */
import { Effect, Result } from "effect"
import type { Fate, HandlingFailure, Stored } from "../domain/Fate.ts"
import type { Order } from "../domain/Order.ts"
import { versionOfOrder } from "../domain/Version.ts"
import { FactStore, type OrderWrite } from "../facts/FactStore.ts"
import type { Handle } from "../pipeline/DecodedDelivery.ts"
import { oversizeOf } from "./RowSize.ts"
import { storeFailureOf } from "./StoreFailure.ts"

/** What the handling of orders depends on. */
export interface OrderHandlerOptions {
  /** **Units**: bytes. */
  readonly maxRowBytes: number
  /** Called with the orders that are now in the table; payments may be waiting for them. */
  readonly onStored: (orderIds: ReadonlyArray<bigint>) => Effect.Effect<void>
}

/**
 * Handles a batch of orders: each becomes `order-stored`, at its own version, and never touches payment columns.
 *
 * **Errors** (per order): `StoreRejected`: this row can never be stored; `StoreUnavailable`: try again.
 */
export const makeOrderHandler = (
  options: OrderHandlerOptions
): Effect.Effect<Handle<Order, HandlingFailure, Fate>, never, FactStore> =>
  Effect.gen(function* () {
    const facts = yield* FactStore
    const handle: Handle<Order, HandlingFailure, Fate> = Effect.fnUntraced(function* (items) {
      const outcomes = new Array<Result.Result<Stored, HandlingFailure>>(items.length)
      const writes: Array<OrderWrite> = []
      const positions: Array<number> = []
      items.forEach((item, position) => {
        const oversize = oversizeOf(item, options.maxRowBytes)
        if (oversize !== undefined) {
          outcomes[position] = Result.fail(oversize)
          return
        }
        positions.push(position)
        writes.push({ order: item.value, version: versionOfOrder(item.value, item.publishTimeMicros) })
      })
      if (writes.length === 0) return outcomes
      const answers = yield* facts.storeOrders(writes)
      const stored: Array<bigint> = []
      positions.forEach((position, index) => {
        const answer = answers[index]
        if (answer !== undefined && Result.isSuccess(answer)) {
          outcomes[position] = storedOrder
          stored.push((writes[index] as OrderWrite).order.order_id)
        } else if (answer !== undefined) outcomes[position] = Result.fail(storeFailureOf(answer.failure))
      })
      yield* options.onStored(stored)
      return outcomes
    })
    return handle
  })

const storedOrder: Result.Result<Stored, HandlingFailure> = Result.succeed("order-stored")
