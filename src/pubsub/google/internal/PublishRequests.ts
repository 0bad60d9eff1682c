/** Divides messages among publish requests. */
import { maxRequestBytes, maxRequestMessages } from "../../MessageLimits.ts"

/** What decides which request a message goes in. **Units**: bytes as encoded. */
export interface Weighed {
  readonly bytes: number
}

/**
 * Divides messages among publish requests, in their order: each within the limits on count and bytes.
 *
 * `baseBytes` is what each request weighs without messages. One message always fits.
 */
export const publishRequests = <Item extends Weighed>(
  items: ReadonlyArray<Item>,
  baseBytes: number
): ReadonlyArray<ReadonlyArray<Item>> => {
  const requests: Array<Array<Item>> = []
  let current: Array<Item> = []
  let bytes = baseBytes
  for (const item of items) {
    if (
      current.length > 0 &&
      (current.length >= maxRequestMessages || bytes + item.bytes > maxRequestBytes)
    ) {
      requests.push(current)
      current = []
      bytes = baseBytes
    }
    current.push(item)
    bytes += item.bytes
  }
  if (current.length > 0) requests.push(current)
  return requests
}
