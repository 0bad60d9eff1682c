/** What an error of Cassandra means for the row that was asked for: whether the row is rejected, or it is an outage. */
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { FactStoreError, FactStoreUnavailable } from "./FactStore.ts"

/** The failure when the error is not about a row: an outage (G4). */
export const unavailable = (operation: string, error: CassandraError): FactStoreError =>
  new FactStoreError({
    operation,
    reason: new FactStoreUnavailable({ detail: error.message, cause: error })
  })

/** Reasons that may hold for one row or partition of several. */
export const mayBeOfOneRow: ReadonlySet<CassandraError["reason"]["_tag"]> = new Set([
  "MutationTooLarge",
  "RequestInvalid",
  "DiskFull",
  "ReplicasUnavailable",
  "ReplicaFailed",
  "Faulty"
])

/** Whether the error says that one row is its reason. */
export const isOfOneRow = ({ reason }: CassandraError): boolean => reason._tag === "MutationTooLarge"
