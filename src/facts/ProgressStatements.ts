/** CQL on the progress table, and the values bound to it. */
import type { Row, Statement } from "../cassandra/Cassandra.ts"
import { progressTtlSeconds } from "./Limits.ts"
import type { Progress, ProgressRow, ReadProgressRow } from "./ProgressTable.ts"

/** The table in which processes tell each other how far they have come. */
export const progressTable = "counterfoil_progress"

/**
 * Writes the row of a process, whole. The driver stamps it: its timestamps rise with each statement of a process, also
 * when the clock is set back.
 */
export const progressStatement = (
  ordersSubscription: string,
  { process, renewal, progress }: ProgressRow
): Statement => ({
  query:
    "INSERT INTO counterfoil_progress (orders_subscription, process, format, renewal, watermark, payments_wait, " +
    `order_ids) VALUES (?, ?, ?, ?, ?, ?, ?) USING TTL ${progressTtlSeconds}`,
  params: [
    ordersSubscription,
    process,
    progressFormat,
    BigInt(renewal),
    BigInt(progress.watermarkMicros),
    progress.hasWaitingPayments,
    blobOf(progress.orderIds)
  ]
})

/** Reads the rows of all processes of an orders subscription. */
export const progressRowsStatement = (ordersSubscription: string): Statement => ({
  query:
    "SELECT process, format, renewal, watermark, payments_wait, order_ids FROM counterfoil_progress " +
    "WHERE orders_subscription = ?",
  params: [ordersSubscription]
})

/** Removes the row of a process. */
export const progressRemovalStatement = (ordersSubscription: string, process: string): Statement => ({
  query: "DELETE FROM counterfoil_progress WHERE orders_subscription = ? AND process = ?",
  params: [ordersSubscription, process]
})

/** A row of {@link progressRowsStatement}. */
export const progressRowFrom = (row: Row): ReadProgressRow => ({
  process: String(row["process"]),
  renewal: Number(row["renewal"] ?? 0),
  progress: progressFrom(row)
})

/** What the columns mean; another number is for columns that mean something else. */
const progressFormat = 1

const progressFrom = (row: Row): Progress | undefined => {
  const { format, watermark, payments_wait: hasWaitingPayments, order_ids: blob } = row
  const isKnown =
    format === progressFormat &&
    typeof watermark === "bigint" &&
    typeof hasWaitingPayments === "boolean" &&
    Buffer.isBuffer(blob) &&
    blob.length % idBytes === 0
  return isKnown
    ? { watermarkMicros: Number(watermark), orderIds: idsFrom(blob), hasWaitingPayments }
    : undefined
}

/** **Shape**: 8 bytes an id, big-endian. */
const blobOf = (orderIds: ReadonlyArray<bigint>): Buffer => {
  const blob = Buffer.allocUnsafe(orderIds.length * idBytes)
  for (const [at, orderId] of orderIds.entries()) blob.writeBigInt64BE(orderId, at * idBytes)
  return blob
}

const idsFrom = (blob: Buffer): ReadonlyArray<bigint> =>
  Array.from({ length: blob.length / idBytes }, (_, at) => blob.readBigInt64BE(at * idBytes))

const idBytes = 8
