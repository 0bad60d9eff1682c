/** Rejects rows larger than `MAX_ROW_BYTES` before they are sent. */
import { StoreRejected } from "../domain/Fate.ts"
import type { Item } from "../pipeline/DecodedDelivery.ts"

/**
 * The failure of an item whose row would be over the limit, if it is.
 *
 * The row's text is never longer than the JSON it came from, so most items need no counting.
 *
 * **Units**: bytes of UTF-8 text, plus 8 for each number.
 */
export const oversizeOf = (item: Item<object>, maxRowBytes: number): StoreRejected | undefined => {
  if (item.bytes <= maxRowBytes) return undefined
  const bytes = rowBytes(item.value)
  return bytes <= maxRowBytes
    ? undefined
    : new StoreRejected({ message: `row of ${bytes} bytes is over MAX_ROW_BYTES (${maxRowBytes})` })
}

const rowBytes = (row: object): number => {
  let bytes = 0
  for (const value of Object.values(row)) bytes += typeof value === "string" ? Buffer.byteLength(value) : 8
  return bytes
}
