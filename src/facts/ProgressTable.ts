/** Port: the table in which each process tells the others how far it has come with the orders (G5). */
import { Context, Data, type Effect } from "effect"

/** How far one process has come with the orders. */
export interface Progress {
  /**
   * Every order of this publish time or older that was delivered to the process is settled there, those of `orderIds`
   * apart.
   *
   * **Units**: µs since the epoch, a whole number, always finite; 0 where it has passed nothing.
   */
  readonly watermarkMicros: number
  /** Orders that are unsettled there although the watermark has passed them; `progressIdsMax` at most. */
  readonly orderIds: ReadonlyArray<bigint>
  /** Whether early payments wait there: then the others have to find out how far they are. */
  readonly hasWaitingPayments: boolean
}

/** What one process has written last. */
export interface ProgressRow {
  /** One run of one process: a process that is started again is another. **Shape**: `HOST-PID-RANDOM`. */
  readonly process: string
  /** Counts the writes of this process, so that a reader sees that a row was renewed though it says the same. */
  readonly renewal: number
  readonly progress: Progress
}

/** A row as it is read. */
export interface ReadProgressRow extends Omit<ProgressRow, "progress"> {
  /** Undefined where another version of Counterfoil wrote it, in a format that is not known here. */
  readonly progress: Progress | undefined
}

/**
 * An operation on the progress table failed; a write may or may not have happened.
 *
 * **Errors**: `isRetryable`: whether the same call may succeed later without anybody's help.
 */
export class ProgressTableError extends Data.TaggedError("ProgressTableError")<{
  readonly operation: string
  readonly detail: string
  readonly isRetryable: boolean
  readonly cause: unknown
}> {
  override get message(): string {
    return `${this.operation}: ${this.detail}`
  }
}

/**
 * Port: the progress table of one orders subscription.
 *
 * **Guarantee**: a row that was written is shown by every reading that begins after the answer, for
 * `progressTtlSeconds`, unless it was written again or removed. Of two writes of a process the greater renewal stays,
 * whichever arrives last.
 */
export class ProgressTable extends Context.Service<
  ProgressTable,
  {
    /** Writes the row of a process in place of its row before. One write at a time for each process. */
    readonly write: (row: ProgressRow) => Effect.Effect<void, ProgressTableError>
    /** The rows of all processes. */
    readonly readAll: Effect.Effect<ReadonlyArray<ReadProgressRow>, ProgressTableError>
    /** Removes the row of a process that has ended. */
    readonly remove: (process: string) => Effect.Effect<void, ProgressTableError>
  }
>()("counterfoil/facts/ProgressTable") {}
