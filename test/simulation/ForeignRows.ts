/** Rows that the Python scripts have inserted: all columns, explicit nulls for the payment, a write time of their own. */

import type { CellTable } from "../support/CellTable.ts"
import { orderColumns, paymentColumns, type Write } from "../support/Expectation.ts"
import type { SeededRandom } from "../support/SeededRandom.ts"
import { worldBegins } from "../support/World.ts"

/** A row of the scripts: what it writes, at which time. */
export type ForeignRow = Pick<Write, "orderId" | "cells" | "version">

/** The order ids that foreign rows may have begin here. */
export const foreignIds = 30_000n

/** Draws rows, some of which lack columns. */
export const drawForeignRows = (random: SeededRandom): ReadonlyArray<ForeignRow> =>
  Array.from({ length: random.chance(0.4) ? random.between(1, 5) : 0 }, (_, index) => ({
    orderId: foreignIds + BigInt(index),
    version: drawWriteTime(random),
    cells: Object.fromEntries(
      orderColumns.map((column) => [column, random.chance(0.8) || column === "item" ? cellOf(column) : null])
    )
  }))

/** Writes them, as their INSERTs do. */
export const insertForeignRows = (table: CellTable, rows: ReadonlyArray<ForeignRow>): void => {
  const noPayment = Object.fromEntries(paymentColumns.map((column) => [column, null]))
  for (const { orderId, cells, version } of rows) table.write(orderId, { ...cells, ...noPayment }, version)
}

/** About the begin, by the server's clock; or in nanoseconds, which is above every publish time of ours. */
const drawWriteTime = (random: SeededRandom): bigint => {
  const micros = BigInt(worldBegins + random.between(-10_000, 20_000)) * 1_000n
  return random.oneOf([micros + BigInt(random.between(0, 999)), micros, micros * 1_000n, 2n ** 62n])
}

const cellOf = (column: string): string | number | bigint => {
  if (column === "customer_id" || column === "quantity") return 7n
  return column === "price" ? 12.5 : `foreign ${column}`
}
