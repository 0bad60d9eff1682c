/** What an error of Cassandra means for the row that was asked for: whether the row is rejected, or it is an outage. */
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { FactStoreError, FactStoreUnavailable, RowRejected } from "./FactStore.ts"

/** The failure when the error is not about a row: an outage (G4). */
export const unavailable = (operation: string, error: CassandraError): FactStoreError =>
  new FactStoreError({
    operation,
    reason: new FactStoreUnavailable({ detail: error.message, cause: error })
  })

/** The failure of writing one row: rejected only where the cluster named the row's size as the reason. */
export const rejectedOrUnavailable = (operation: string, error: CassandraError): FactStoreError =>
  error.reason._tag === "MutationTooLarge"
    ? new FactStoreError({
        operation,
        reason: new RowRejected({ detail: error.reason.detail, cause: error })
      })
    : unavailable(operation, error)

/** Reasons that may hold for one row or partition of several. */
export const mayBeOfOneRow: ReadonlySet<CassandraError["reason"]["_tag"]> = new Set([
  "MutationTooLarge",
  "StatementRefused",
  "ReplicasUnavailable",
  "ReplicaFailed",
  "Faulty"
])
