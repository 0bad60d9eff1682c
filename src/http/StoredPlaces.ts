/** Where an order or a payment is besides among what a process holds: its row, and the last dead letters. */
import { Effect } from "effect"
import { type Fact, factColumns, orderColumns, personalColumns } from "../domain/Fact.ts"
import type { LookUpKey } from "../telemetry/LookUp.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { RecentDeadLetter } from "../telemetry/RecentDeadLetters.ts"
import type { RowLookUp } from "../telemetry/RowLookUp.ts"

/** Whether personal data is among it: left out unless somebody asks for it. */
export type RowWanted = "masked" | "shown"

/** A row; `hasOrder`: it does not hold a payment alone. */
export interface StoredRow {
  readonly hasOrder: boolean
  readonly columns: Readonly<Record<string, string | null>>
}

/**
 * Where it is.
 *
 * **Shape**: numbers of rows are decimal text.
 */
export interface StoredPlaces {
  /** The rows, or why they were not looked for. What is hidden is in none of them. */
  readonly table:
    | {
        readonly rows: ReadonlyArray<StoredRow>
        readonly hidden: ReadonlyArray<string>
      }
    | { readonly notLookedAt: string }
  /** Those that carry its id, the oldest first, of so many that the process remembers. */
  readonly deadLetters: {
    readonly letters: ReadonlyArray<RecentDeadLetter>
    readonly remembered: number
    /** How many of them have no id that could be read: what is looked for may be one of these. */
    readonly withoutId: number
  }
}

/** Looks. That personal data was shown is logged, without an id. */
export const storedPlaces = Effect.fnUntraced(function* (
  key: LookUpKey,
  rows: RowLookUp,
  wanted: RowWanted
): Effect.fn.Return<StoredPlaces, never, Metrics> {
  const look = yield* rows(key)
  const isShown = wanted === "shown"
  if (isShown && look._tag === "Looked" && look.rows.length > 0)
    yield* Effect.logInfo("the personal data of a row was shown to somebody who asked for it on the page")
  const { deadLetters } = yield* Metrics
  const remembered = deadLetters.newest()
  const id = String(key.id)
  return {
    table:
      look._tag === "NotLooked"
        ? { notLookedAt: look.why }
        : {
            rows: look.rows.map((row) => rowTexts(row, isShown)),
            hidden: isShown ? [] : [...personalColumns]
          },
    deadLetters: {
      letters: remembered.filter(
        ({ orderId, paymentId }) => (key.kind === "order" ? orderId : paymentId) === id
      ),
      remembered: remembered.length,
      withoutId: remembered.filter(
        ({ orderId, paymentId }) => orderId === undefined && paymentId === undefined
      ).length
    }
  }
})

const rowTexts = (row: Fact, isShown: boolean): StoredRow => ({
  hasOrder: orderColumns.some((column) => row[column] !== null),
  columns: Object.fromEntries(
    factColumns
      .filter((column) => isShown || !personalColumns.has(column))
      .map((column) => [column, row[column] === null ? null : String(row[column])])
  )
})
