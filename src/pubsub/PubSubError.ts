/** What can go wrong with Pub/Sub. Data without advice: what to do is the application's to say. */
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

/** The credentials are refused, or lack a permission. */
export class AccessDenied extends Data.TaggedError("AccessDenied")<{ readonly cause: unknown }> {
  readonly isRetryable = false
}

/** Credentials are needed, and there are none. */
export class CredentialsMissing extends Data.TaggedError("CredentialsMissing")<{ readonly cause: unknown }> {
  readonly isRetryable = false
}

/** No project was named, and none could be found. */
export class ProjectUnknown extends Data.TaggedError("ProjectUnknown")<{
  /** Where none was found: `no project was found`, `an emulator knows no project`. */
  readonly detail: string
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
export type PubSubReason =
  | PubSubUnavailable
  | ResourceMissing
  | AccessDenied
  | CredentialsMissing
  | ProjectUnknown
  | RequestRejected

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
    case "ProjectUnknown":
      return reason.detail
    case "ResourceMissing":
      return "it does not exist"
    case "AccessDenied":
      return "access denied"
    case "CredentialsMissing":
      return "no credentials were found"
    case "RequestRejected":
      return `rejected: ${reason.detail}`
  }
}
