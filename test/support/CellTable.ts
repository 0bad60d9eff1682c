/** A fact table that keeps every cell as Cassandra does: a value or a tombstone, with a write timestamp. */
import { Effect, Option, Result } from "effect"
import {
  type Fact,
  type FactState,
  factColumns,
  orderColumns,
  paymentColumns
} from "../../src/domain/Fact.ts"
import type { FactStore } from "../../src/facts/FactStore.ts"

/** What a cell may hold. */
export type CellValue = string | number | bigint | null

/** A cell: its value, null for a tombstone, and the timestamp it was written at. */
export interface Cell {
  readonly value: CellValue
  readonly timestamp: bigint
}

/** A column that is written; the key is none. */
export type CellColumn = Exclude<(typeof factColumns)[number], "order_id">

/** A row: its cells by column. */
export type CellRow = Map<CellColumn, Cell>

/** The table: its rows by order id; it outlives every process that writes to it. */
export class CellTable {
  readonly rows = new Map<bigint, CellRow>()

  /** Writes cells at one timestamp, nulls included, as any program may. */
  write(
    orderId: bigint,
    values: { readonly [Column in CellColumn]?: CellValue | undefined },
    timestamp: bigint
  ): void {
    const row: CellRow = this.rows.get(orderId) ?? new Map()
    this.rows.set(orderId, row)
    for (const column of [...orderColumns, ...paymentColumns]) {
      const value = values[column]
      if (value === undefined) continue
      const standing = row.get(column)
      if (standing === undefined || beats({ value, timestamp }, standing))
        row.set(column, { value, timestamp })
    }
  }

  /** The whole row; undefined where no cell has a value. */
  fact(orderId: bigint): Fact | undefined {
    const row = this.rows.get(orderId)
    if (row === undefined || [...row.values()].every(({ value }) => value === null)) return undefined
    const cells = factColumns.map((column) => [
      column,
      column === "order_id" ? orderId : (row.get(column)?.value ?? null)
    ])
    return Object.fromEntries(cells)
  }

  /** What a payment has to know of the row; undefined where there is no order. */
  state(orderId: bigint): FactState | undefined {
    const fact = this.fact(orderId)
    const row = this.rows.get(orderId)
    const [first, ...others] = orderColumns.flatMap((column) => {
      const cell = row?.get(column)
      return cell === undefined || cell.value === null ? [] : [cell.timestamp]
    })
    if (fact === undefined || row === undefined || first === undefined) return undefined
    const texts = paymentColumns.map((column) => [column, fact[column] ?? ""])
    const columns = { ...Object.fromEntries(texts), card_last_four: fact.card_last_four }
    return {
      orderVersion: others.reduce((greatest, one) => (one > greatest ? one : greatest), first),
      payment:
        fact.payment_id === null
          ? undefined
          : {
              version: row.get("payment_id")?.timestamp ?? 0n,
              columns: columns as NonNullable<FactState["payment"]>["columns"]
            }
    }
  }

  /** The port on this table; it always answers. */
  readonly store: FactStore["Service"] = {
    storeOrders: (writes) =>
      Effect.sync(() =>
        writes.map(({ order: { order_id, ...values }, version }) =>
          Result.succeed(this.write(order_id, values, version))
        )
      ),
    storePayments: (writes) =>
      Effect.sync(() =>
        writes.map(({ payment: { order_id, ...values }, version }) =>
          Result.succeed(this.write(order_id, values, version))
        )
      ),
    states: (orderIds) => Effect.sync(() => orderIds.map((orderId) => Result.succeed(this.state(orderId)))),
    get: (orderId) => Effect.sync(() => Option.fromNullishOr(this.fact(orderId))),
    count: Effect.sync(() => [...this.rows.keys()].filter((orderId) => this.fact(orderId)).length),
    ping: Effect.void
  }
}

/** Of two cells with one timestamp a tombstone wins, then the greater bytes. */
const beats = (cell: Cell, standing: Cell): boolean => {
  if (cell.timestamp !== standing.timestamp) return cell.timestamp > standing.timestamp
  if (cell.value === null || standing.value === null) return cell.value === null
  return Buffer.compare(serialized(cell.value), serialized(standing.value)) > 0
}

const serialized = (value: string | number | bigint): Buffer => {
  if (typeof value === "string") return Buffer.from(value)
  const bytes = Buffer.alloc(8)
  if (typeof value === "bigint") bytes.writeBigInt64BE(value)
  else bytes.writeDoubleBE(value)
  return bytes
}
