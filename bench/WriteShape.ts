/** Which rows a statement writes: how the probe finds them in the text and the values that it is given. */
import type { StreamName } from "./Samples.ts"

/** Where a write has the ids of its rows. */
export interface WriteShape {
  readonly stream: StreamName
  /** Which of the values of one row is the order's id. */
  readonly orderIdAt: number
  readonly valuesOfRow: number
}

/** Reads it from the text of a write, or of a batch of writes that are all alike; undefined for anything else. */
export const writeShape = (query: string): WriteShape | undefined => {
  const [write = ""] = query.replace(/^\s*BEGIN\s+UNLOGGED\s+BATCH\b/i, "").split(";")
  const orderIdAt = placeOfOrderId(write)
  if (orderIdAt === undefined) return undefined
  const stream = /\bpayment_id\b/.test(write) ? "payments" : "orders"
  return { stream, orderIdAt, valuesOfRow: placeholders(write) }
}

/** The ids of the orders whose rows were written with these values. */
export const writtenOrderIds = (
  { orderIdAt, valuesOfRow }: WriteShape,
  values: ReadonlyArray<unknown>
): ReadonlyArray<number> => {
  const ids: Array<number> = []
  for (let at = orderIdAt; at < values.length; at += valuesOfRow) ids.push(Number(values[at]))
  return ids
}

const placeOfOrderId = (write: string): number | undefined => {
  const columns = /^\s*INSERT\s+INTO\s+\S+\s*\(([^)]*)\)/i.exec(write)?.[1]
  if (columns !== undefined) return columns.split(",").findIndex((column) => column.trim() === "order_id")
  if (!/^\s*UPDATE\b/i.test(write)) return undefined
  return placeholders(write.slice(0, write.search(/\border_id\s*=\s*\?/)))
}

const placeholders = (text: string): number => text.split("?").length - 1
