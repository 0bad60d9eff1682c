/** What happens to an order or a payment whose handling failed. */
import type { DeadLetterReason, HandlingFailure } from "../domain/Fate.ts"
import type { Dispose } from "../pipeline/Disposition.ts"

/**
 * The one place that decides it; total, and exhaustive by type.
 *
 * **Guarantee**: an outage is never a dead letter (G4). An unmatched payment waits as long as it `mayWait` (G5).
 */
export const dispose: Dispose<HandlingFailure, DeadLetterReason> = (failure, mayWait) => {
  switch (failure._tag) {
    case "Undecodable":
      return { _tag: "DeadLetter", reason: "undecodable", error: failure.message }
    case "SchemaViolation":
      return {
        _tag: "DeadLetter",
        reason: "schema-violation",
        path: failure.path,
        error: failure.message
      }
    case "StoreRejected":
      return { _tag: "DeadLetter", reason: "store-rejected", error: failure.message }
    case "UnmatchedPayment":
      return mayWait
        ? { _tag: "Wait" }
        : { _tag: "DeadLetter", reason: "unmatched-payment", error: failure.message }
    case "StoreUnavailable":
      return { _tag: "Retry", error: failure.message, isOwn: failure.row !== undefined }
  }
}
