/** What the failure of a request for one row alone means for that row. */
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { withoutTexts } from "./CassandraFailure.ts"
import { FactStoreError, FactStoreUnavailable, RowRefused, RowRejected } from "./FactStore.ts"
import type { Refusal, Rejection } from "./Refusal.ts"

/** A request for one row. */
export interface LoneRequest {
  readonly operation: string
  readonly orderId: bigint
  /** Texts of its message, which nobody else should read. */
  readonly texts: ReadonlyArray<string | null>
  /** Records a refusal, and answers why the row is to be rejected, if it is. */
  readonly onRefused: (refusal: Pick<Refusal, "detail" | "coordinator">) => Rejection | undefined
}

/**
 * Rejected where the cluster names the row's size, or where it has refused the row often enough and takes others (G3).
 * Everything else is an outage (G4). No text of the message is in the failure's.
 */
export const rowFailureOf = (
  { onRefused, operation, orderId, texts }: LoneRequest,
  error: CassandraError
): FactStoreError => {
  const { reason } = error
  const failed = (why: FactStoreError["reason"]) =>
    new FactStoreError({ operation: `${operation}, order_id ${orderId}`, reason: why })
  const detail = withoutTexts(reason.detail, texts)
  switch (reason._tag) {
    case "MutationTooLarge":
      return failed(new RowRejected({ detail, cause: error }))
    case "RequestInvalid": {
      const { coordinator = "" } = reason
      const rejection = onRefused({ detail: reason.detail, coordinator })
      return rejection === undefined
        ? failed(new RowRefused({ orderId, detail: `Cassandra refuses this row: ${detail}`, cause: error }))
        : failed(new RowRejected({ detail: `${detail} (${saying(rejection)})`, cause: error }))
    }
    default:
      return failed(new FactStoreUnavailable({ detail: withoutTexts(error.message, texts), cause: error }))
  }
}

const saying = ({ hosts, millis, refusals }: Rejection): string =>
  `refused alone ${refusals} times in ${Math.round(millis / 1_000)} s, by ${hosts} ${hosts === 1 ? "host" : "hosts"}, ` +
  "each of which took other rows meanwhile"
