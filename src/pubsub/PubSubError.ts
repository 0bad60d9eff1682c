/** What can go wrong between Counterfoil and Pub/Sub, in Counterfoil's words. */
import { Data } from "effect"

/** The server cannot be reached or asks to be left alone for a while. */
export class PubSubUnavailable extends Data.TaggedError("PubSubUnavailable")<{
  /** Which of the two, for people: {@link noAnswer}, or its refusal. */
  readonly detail: string
  readonly cause: unknown
}> {
  readonly isRetryable = true
}

/** The text about a server that cannot be reached. */
export const noAnswer = "Pub/Sub does not answer"

/** The topic or subscription does not exist. */
export class ResourceMissing extends Data.TaggedError("ResourceMissing")<{ readonly cause: unknown }> {
  readonly isRetryable = false
}

/** The credentials are absent, refused, or lack a permission. */
export class AccessDenied extends Data.TaggedError("AccessDenied")<{
  /** What to do about it; where it is left out, the credentials and their roles are to be checked. */
  readonly mend?: string
  readonly cause: unknown
}> {
  readonly isRetryable = false
}

/** The request itself is wrong, and would be wrong again: over a documented limit, an illegal name. */
export class RequestRejected extends Data.TaggedError("RequestRejected")<{
  readonly detail: string
  readonly cause: unknown
}> {
  readonly isRetryable = false
}

/** Every way in which a Pub/Sub operation fails. */
export type PubSubReason = PubSubUnavailable | ResourceMissing | AccessDenied | RequestRejected

/**
 * A Pub/Sub operation failed.
 *
 * **Errors**: `reason` says which way; `isRetryable` whether the same call may succeed later.
 */
export class PubSubError extends Data.TaggedError("PubSubError")<{
  /** What was tried: `publish`, `pull`, `create topic`, … */
  readonly operation: string
  /** The topic or subscription concerned, in full. */
  readonly resource: string
  readonly reason: PubSubReason
}> {
  /** Whether the same call may succeed later. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }

  override get message(): string {
    return `${this.operation} ${this.resource}: ${describe(this.reason)}`
  }
}

const describe = (reason: PubSubReason): string => {
  switch (reason._tag) {
    case "PubSubUnavailable":
      return reason.detail
    case "ResourceMissing":
      return "it does not exist; `counterfoil setup pubsub` creates what is missing"
    case "AccessDenied":
      return `access denied; ${reason.mend ?? "check the credentials and their roles on this resource"}`
    case "RequestRejected":
      return `rejected: ${reason.detail}`
  }
}
