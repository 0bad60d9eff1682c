/** What an error of Cassandra means for the row that was asked for: whether the row is rejected, or it is an outage. */
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { FactStoreError, FactStoreUnavailable } from "./FactStore.ts"

/** The failure when the error is not about a row: an outage (G4). `texts`: what of messages it must not show. */
export const unavailable = (
  operation: string,
  error: CassandraError,
  texts: ReadonlyArray<string | null> = []
): FactStoreError =>
  new FactStoreError({
    operation,
    reason: new FactStoreUnavailable({ detail: withoutTexts(error.message, texts), cause: error })
  })

/** Hides what a server's text may quote. Shorter texts are left: they would be found in many words. */
export const withoutTexts = (detail: string, texts: ReadonlyArray<string | null>): string => {
  let hidden = detail
  for (const text of texts) {
    if (text !== null && text.length >= quotedMin) hidden = hidden.replaceAll(text, "…")
  }
  return hidden
}

/** **Units**: UTF-16 code units. */
const quotedMin = 4

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
