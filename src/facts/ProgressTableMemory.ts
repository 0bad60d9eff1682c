/** The progress table in memory: for a demo of one process, and for tests and simulations in virtual time. */
import { Clock, Effect, Layer } from "effect"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { progressTtlSeconds } from "./Limits.ts"
import { ProgressTable, type ReadProgressRow } from "./ProgressTable.ts"

/** The progress table in memory. All who are given one and the same service are processes of one subscription. */
export const ProgressTableMemory = {
  /** The port `ProgressTable`; never fails. */
  layer: Layer.effect(
    ProgressTable,
    Effect.map(Clock.Clock, (clock) => new ProgressRows(clock).table)
  )
} as const

interface StoredRow {
  /** Undefined where it was removed; the mark stays, so that an older write that arrives late stays hidden. */
  readonly row: ReadProgressRow | undefined
  readonly renewal: number
  /** **Units**: ms of a monotonic clock. */
  readonly writtenAt: number
}

/** The rows of one table, and what other versions of Counterfoil may write to it. */
export class ProgressRows {
  readonly #clock: Clock.Clock
  readonly #rows = new Map<string, StoredRow>()

  constructor(clock: Clock.Clock) {
    this.#clock = clock
  }

  readonly table: ProgressTable["Service"] = {
    write: (row) => Effect.sync(() => this.put(row)),
    readAll: Effect.sync(() => {
      const rows: Array<ReadProgressRow> = []
      for (const [process, { row, writtenAt }] of this.#rows) {
        if (this.#now() - writtenAt >= progressTtlSeconds * 1_000) this.#rows.delete(process)
        else if (row !== undefined) rows.push(row)
      }
      return rows
    }),
    remove: (process) =>
      Effect.sync(() => {
        const renewal = this.#rows.get(process)?.renewal ?? 0
        this.#rows.set(process, { row: undefined, renewal, writtenAt: this.#now() })
      })
  }

  /** Writes a row, also one that no format known here describes. */
  put(row: ReadProgressRow): void {
    const before = this.#rows.get(row.process)
    const isLate = before !== undefined && before.renewal >= row.renewal
    if (!isLate) this.#rows.set(row.process, { row, renewal: row.renewal, writtenAt: this.#now() })
  }

  #now(): number {
    return monotonicMillis(this.#clock)
  }
}
