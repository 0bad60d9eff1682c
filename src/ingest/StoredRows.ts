/** Looks an order or a payment up in the fact table, beside the work of a process. */
import { Duration, Effect, Option } from "effect"
import type { Fact } from "../domain/Fact.ts"
import type { FactStore, FactStoreError } from "../facts/FactStore.ts"
import type { LookUpKey } from "../telemetry/LookUp.ts"
import type { RowLook, RowLookUp } from "../telemetry/RowLookUp.ts"
import { rowLookUpMillis, rowsLookedUpMax } from "./Limits.ts"

type Table = Pick<FactStore["Service"], "get" | "ordersOfPayment">

/**
 * Makes the look-up of rows on this table.
 *
 * **Guarantee**: answers within {@link rowLookUpMillis}, and reads {@link rowsLookedUpMax} rows at most: a payment is
 * found where that takes no scan of the table.
 */
export const makeRowLookUp =
  (table: Table): RowLookUp =>
  (key) =>
    Effect.gen(function* () {
      const orderIds = yield* ordersOf(table, key)
      if (orderIds === undefined) return notLooked(needsScan)
      const rows = yield* Effect.forEach(orderIds.slice(0, rowsLookedUpMax), table.get)
      return { _tag: "Looked", rows: rows.flatMap(Option.toArray) } satisfies RowLook as RowLook
    }).pipe(
      Effect.timeoutOrElse({
        duration: Duration.millis(rowLookUpMillis),
        orElse: () =>
          Effect.succeed(notLooked(`the table did not answer within ${rowLookUpMillis / 1_000} s`))
      }),
      Effect.catch(({ message }) => Effect.succeed(notLooked(message)))
    )

/** The orders in whose rows it may be; undefined where only a scan would tell. */
const ordersOf = (
  { ordersOfPayment }: Table,
  { id, kind }: LookUpKey
): Effect.Effect<ReadonlyArray<Fact["order_id"]> | undefined, FactStoreError> =>
  kind === "order" ? Effect.succeed([id]) : (ordersOfPayment?.(id) ?? Effect.undefined)

const notLooked = (why: string): RowLook => ({ _tag: "NotLooked", why })

const needsScan =
  "a payment is found there by an index, which `counterfoil setup cassandra --index-payments` creates, or by a scan, which `counterfoil where` makes"
