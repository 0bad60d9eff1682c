/** Tells how long after its payment an order was published. */
import { Option, Result } from "effect"
import { decodeOrder } from "../domain/Decoder.ts"
import type { Fact } from "../domain/Fact.ts"
import { type Version, versionOfOrder } from "../domain/Version.ts"

/**
 * How much later than its payment an order was published, as its row bears it out; negative where it was earlier.
 *
 * The row carries the *last* publish of the order, in whole milliseconds: it was less than one later than this says.
 * None where the version is not one of ours: another program has written the row, and its write time says nothing of
 * a publish. (Of the write times of others one in a thousand ends like one of ours.)
 *
 * **Units**: whole milliseconds.
 */
export const orderLateness = (
  fact: Fact,
  orderVersion: Version,
  paymentPublishedMicros: number
): Option.Option<number> => {
  const publishedMicros = Number(orderVersion - (orderVersion % 1000n))
  const order = decodeOrder(
    new TextEncoder().encode(
      JSON.stringify(fact, (_, value) => (typeof value === "bigint" ? value.toString() : value))
    )
  )
  return Result.isSuccess(order) && versionOfOrder(order.success, publishedMicros) === orderVersion
    ? Option.some(Math.ceil((publishedMicros - paymentPublishedMicros) / 1000))
    : Option.none()
}
