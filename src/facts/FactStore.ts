/** Port: the fact table, written with versions and read by order id. */
import { Context, Data, type Effect, type Option, type Result } from "effect"
import type { Fact, FactState } from "../domain/Fact.ts"
import type { Order } from "../domain/Order.ts"
import type { Payment } from "../domain/Payment.ts"
import type { Version } from "../domain/Version.ts"

/** The table did not answer, or cannot serve now. A write may or may not have happened. */
export class FactStoreUnavailable extends Data.TaggedError("FactStoreUnavailable")<{
  readonly detail: string
  readonly cause: unknown
}> {
  readonly isRetryable = true
}

/**
 * The table refuses this row, which was asked for alone. That may be for the row itself, or because it refuses all
 * rows; it is not known yet.
 */
export class RowRefused extends Data.TaggedError("RowRefused")<{
  readonly orderId: bigint
  readonly detail: string
  readonly cause: unknown
}> {
  readonly isRetryable = true
}

/** The table refuses this row, and always will. */
export class RowRejected extends Data.TaggedError("RowRejected")<{
  readonly detail: string
  readonly cause: unknown
}> {
  readonly isRetryable = false
}

/**
 * An operation on the fact table failed.
 *
 * **Errors**: `FactStoreUnavailable`, `RowRefused`: try again, every operation is idempotent. `RowRejected`: dead-letter
 * it.
 */
export class FactStoreError extends Data.TaggedError("FactStoreError")<{
  readonly operation: string
  readonly reason: FactStoreUnavailable | RowRefused | RowRejected
}> {
  /** Whether the same call may succeed later. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }

  override get message(): string {
    return `${this.operation}: ${this.reason.detail}`
  }
}

/** An order to write. Its payment columns are never touched (G2). */
export interface OrderWrite {
  readonly order: Order
  readonly version: Version
}

/** The payment columns to write. */
export interface PaymentWrite {
  readonly payment: Payment
  readonly version: Version
}

/** One answer an element asked about, in the same order. */
export type Answers<A> = ReadonlyArray<Result.Result<A, FactStoreError>>

/** A host of the store that does not answer. */
export interface SilentHost {
  /** `host:port` */
  readonly address: string
  /** For how long. **Units**: milliseconds. */
  readonly millis: number
  /** Whether it accepts connections, and answers nothing. */
  readonly isConnected: boolean
}

/**
 * Port: the fact table.
 *
 * Operations take what belongs to one batch together, so that an implementation may group rows by replica; each
 * element has its own answer, and one bad row costs only itself (G3). Writes in flight are bounded inside.
 *
 * **Guarantee**: a success is durable at the configured consistency (G1). All writes are idempotent; of two writes
 * to one cell the greater version wins, whatever the order of arrival (G2).
 */
export class FactStore extends Context.Service<
  FactStore,
  {
    /** Writes the orders' columns, each row at its own version. */
    readonly storeOrders: (writes: ReadonlyArray<OrderWrite>) => Effect.Effect<Answers<void>>
    /** Writes the five payment columns, each row at its own version, whether or not the order exists. */
    readonly storePayments: (writes: ReadonlyArray<PaymentWrite>) => Effect.Effect<Answers<void>>
    /** What stands in the rows of these orders; `undefined` where the order does not exist. */
    readonly states: (orderIds: ReadonlyArray<bigint>) => Effect.Effect<Answers<FactState | undefined>>
    /** The whole row. */
    readonly get: (orderId: bigint) => Effect.Effect<Option.Option<Fact>, FactStoreError>
    /**
     * The orders in whose rows a payment is; undefined where only a scan would tell, as without an index. Absent where
     * nobody asks for it.
     */
    readonly ordersOfPayment?: (
      paymentId: bigint
    ) => Effect.Effect<ReadonlyArray<bigint> | undefined, FactStoreError>
    /** Rows in the table, payment-only rows included; a full scan. */
    readonly count: Effect.Effect<number, FactStoreError>
    /** The hosts of the store that do not answer while others do; absent where there is but one. */
    readonly silentHosts?: () => ReadonlyArray<SilentHost>
    /** Fails while the table cannot serve; cheap. */
    readonly ping: Effect.Effect<void, FactStoreError>
  }
>()("counterfoil/facts/FactStore") {}
