/** What a failure of the fact table means for the delivery it concerns. */
import { StoreRejected, StoreUnavailable } from "../domain/Fate.ts"
import type { FactStoreError } from "../facts/FactStore.ts"

/** The handling failure for a failure of the fact table. */
export const storeFailureOf = (error: FactStoreError): StoreRejected | StoreUnavailable => {
  switch (error.reason._tag) {
    case "RowRejected":
      return new StoreRejected({ message: error.reason.detail })
    case "RowRefused":
      return new StoreUnavailable({ message: error.message, cause: error, row: error.reason.orderId })
    case "FactStoreUnavailable":
      return new StoreUnavailable({ message: error.message, cause: error })
  }
}
