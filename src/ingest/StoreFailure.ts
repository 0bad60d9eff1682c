/** What a failure of the fact table means for the delivery it concerns. */
import { StoreRejected, StoreUnavailable } from "../domain/Fate.ts"
import type { FactStoreError } from "../facts/FactStore.ts"

/** The handling failure for a failure of the fact table. */
export const storeFailureOf = (error: FactStoreError): StoreRejected | StoreUnavailable =>
  error.reason._tag === "RowRejected"
    ? new StoreRejected({ message: error.reason.detail })
    : new StoreUnavailable({ message: error.message, cause: error })
