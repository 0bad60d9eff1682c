/** What became of a delivery, and the failures that decide it. */
import { Data } from "effect"

/** Why a delivery became a dead letter; a closed list that users filter by. */
export const deadLetterReasons = [
  "undecodable",
  "schema-violation",
  "unmatched-payment",
  "store-rejected"
] as const

/** One of {@link deadLetterReasons}. */
export type DeadLetterReason = (typeof deadLetterReasons)[number]

/** A fate that left its effect in the table. */
export type Stored = "order-stored" | "payment-matched" | "payment-superseded"

/**
 * Every delivery has exactly one.
 *
 * **Guarantee**: G7.
 */
export type Fate = Stored | `dead-lettered(${DeadLetterReason})`

/** The fate of what became a dead letter for this reason. */
export const deadLetterFate = (reason: DeadLetterReason): Fate => `dead-lettered(${reason})`

/** All fates, in the order in which reports list them. */
export const fates: ReadonlyArray<Fate> = [
  "order-stored",
  "payment-matched",
  "payment-superseded",
  ...deadLetterReasons.map(deadLetterFate)
]

/** Zero of each fate. */
export const noFates = (): Record<Fate, number> =>
  Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<Fate, number>

/** The bytes are not UTF-8 JSON. */
export class Undecodable extends Data.TaggedError("Undecodable")<{ readonly message: string }> {}

/** The JSON is not an order or a payment; the message says where and what was expected, never what was given. */
export class SchemaViolation extends Data.TaggedError("SchemaViolation")<{
  readonly message: string
  /** The first field that is wrong; `message` where it is the message as a whole. */
  readonly path: string
}> {}

/** The payment's order is not in the table. */
export class UnmatchedPayment extends Data.TaggedError("UnmatchedPayment")<{ readonly message: string }> {}

/** This row can never be stored. */
export class StoreRejected extends Data.TaggedError("StoreRejected")<{ readonly message: string }> {}

/** The table cannot be reached, has not answered, or refuses just now: try again, indefinitely. */
export class StoreUnavailable extends Data.TaggedError("StoreUnavailable")<{
  readonly message: string
  readonly cause: unknown
  /** The order id of the row that it is about; absent where it may be about others, or about the table. */
  readonly row?: bigint
}> {}

/** Why a delivery could not be stored, now or ever. */
export type HandlingFailure =
  | Undecodable
  | SchemaViolation
  | UnmatchedPayment
  | StoreRejected
  | StoreUnavailable
