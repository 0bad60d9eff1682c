/**
 * What orders and payments must leave in the table, computed from the published bytes.
 *
 * A second computation of what `src/domain` does. It shares no code with it, so that an error there is not repeated
 * here. It reads what simulation and fault runs publish: JSON whose int64 fields are integers a double holds, or text.
 */
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"

/** The value of a cell. */
export type CellValue = string | number | bigint | null

/** What a message writes, by column. */
export type Cells = Readonly<Record<string, CellValue>>

/** A message about an order: what it says, and the version that decides which of two wins. */
export interface Write {
  readonly orderId: bigint
  readonly cells: Cells
  /** **Units**: microseconds since the epoch. */
  readonly version: bigint
  /** Of two payments with one version the one with the greater text wins whole. */
  readonly tieBreak: string
}

/** The columns an order writes. */
export const orderColumns = [
  "customer_id",
  "item",
  "quantity",
  "price",
  "shipping_address",
  "order_status",
  "creation_date"
]

/** The columns a payment writes. */
export const paymentColumns = [
  "payment_id",
  "payment_method",
  "card_last_four",
  "payment_status",
  "payment_datetime"
]

/** What an order message writes. */
export const orderWrite = ({ data, publishTimeMicros }: OnWire): Write => {
  const fields = fieldsOf(data)
  const canonical = JSON.stringify([fields["order_id"], ...orderColumns.map((column) => fields[column])])
  return writeOf(fields, orderColumns, canonical, publishTimeMicros)
}

/** What a payment message writes. */
export const paymentWrite = ({ data, publishTimeMicros }: OnWire): Write => {
  const fields = fieldsOf(data)
  const [paymentId, ...others] = paymentColumns.map((column) => fields[column])
  const canonical = JSON.stringify([String(paymentId).padStart(20, "0"), ...others])
  return writeOf(fields, paymentColumns, canonical, publishTimeMicros)
}

/** Whether a payment wins over another. */
export const isNewer = (payment: Write, other: Write): boolean =>
  payment.version === other.version ? payment.tieBreak > other.tieBreak : payment.version > other.version

/** The order's cells once all of its messages are written: cell by cell the latest, of one version the greater. */
export const orderCells = (writes: ReadonlyArray<Write>): Cells =>
  Object.fromEntries(
    orderColumns.map((column) => {
      const latest = writes.reduce((best, one) => (wins(one, best, column) ? one : best))
      return [column, latest.cells[column] ?? null]
    })
  )

type OnWire = Pick<Published, "data" | "publishTimeMicros">

type Fields = Readonly<Record<string, string | number | null>>

const fieldsOf = (data: Uint8Array): Fields => JSON.parse(Buffer.from(data).toString())

const int64Columns = new Set(["customer_id", "quantity", "payment_id"])

const writeOf = (
  fields: Fields,
  columns: ReadonlyArray<string>,
  canonical: string,
  publishTimeMicros: number
): Write => ({
  orderId: BigInt(fields["order_id"] ?? 0),
  cells: Object.fromEntries(
    columns.map((column) => {
      const field = fields[column] ?? null
      return [column, field !== null && int64Columns.has(column) ? BigInt(field) : field]
    })
  ),
  // The whole millisecond in which it was published, and in its place of the microseconds a hash of the fields.
  version: (BigInt(publishTimeMicros) / 1_000n) * 1_000n + (fnv1a32(canonical) % 1_000n),
  tieBreak: canonical
})

/** **Source**: FNV-1a, 32 bits, of the UTF-16 units of the text. */
const fnv1a32 = (text: string): bigint => {
  let hash = 2_166_136_261n
  for (let index = 0; index < text.length; index++) {
    hash = BigInt.asUintN(32, (hash ^ BigInt(text.charCodeAt(index))) * 16_777_619n)
  }
  return hash
}

/** Cassandra's rule for two cells: the later one, of one timestamp a null, else the greater bytes. */
const wins = (one: Write, other: Write, column: string): boolean => {
  if (one.version !== other.version) return one.version > other.version
  const [value = null, standing = null] = [one.cells[column], other.cells[column]]
  if (value === null || standing === null) return value === null
  return Buffer.compare(bytesOf(value), bytesOf(standing)) > 0
}

const bytesOf = (value: string | number | bigint): Buffer => {
  if (typeof value === "string") return Buffer.from(value)
  const bytes = Buffer.alloc(8)
  if (typeof value === "bigint") bytes.writeBigInt64BE(value)
  else bytes.writeDoubleBE(value)
  return bytes
}
