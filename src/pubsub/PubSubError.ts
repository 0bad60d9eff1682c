/** What can go wrong with Pub/Sub. Data without advice: what to do is the application's to say. */
import { Data, Option } from "effect"

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

/** The subscription's topic was deleted: nothing new will ever come, also by a new topic of the same name. */
export class TopicDeleted extends Data.TaggedError("TopicDeleted")<{ readonly cause: unknown }> {
  readonly isRetryable = false
}

/** The subscription was detached from its topic: it has lost its messages, and gets no more. */
export class SubscriptionDetached extends Data.TaggedError("SubscriptionDetached")<{
  readonly cause: unknown
}> {
  readonly isRetryable = false
}

/** The credentials lack a permission. */
export class AccessDenied extends Data.TaggedError("AccessDenied")<{ readonly cause: unknown }> {
  readonly isRetryable = false
}

/** The credentials are refused for good: revoked, expired, of a deleted account, or not what they say. */
export class CredentialsRefused extends Data.TaggedError("CredentialsRefused")<{ readonly cause: unknown }> {
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
  | TopicDeleted
  | SubscriptionDetached
  | AccessDenied
  | CredentialsRefused
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

/** Why nothing new can come by a subscription that is so described; undefined where it can. */
export const undeliverable = ({
  detached,
  name,
  topic
}: {
  readonly detached: boolean
  /** The full name. */
  readonly name: string
  readonly topic: Option.Option<string>
}): PubSubError | undefined => {
  const failure = (reason: PubSubReason) => new PubSubError({ operation: "pull", resource: name, reason })
  if (detached) return failure(new SubscriptionDetached({ cause: undefined }))
  return Option.isNone(topic) ? failure(new TopicDeleted({ cause: undefined })) : undefined
}

const describe = (reason: PubSubReason): string => {
  switch (reason._tag) {
    case "PubSubUnavailable":
    case "ProjectUnknown":
      return reason.detail
    case "ResourceMissing":
      return "it does not exist"
    case "TopicDeleted":
      return "its topic was deleted, so nothing new will ever come"
    case "SubscriptionDetached":
      return "it is detached from its topic: it has lost its messages, and gets no more"
    case "AccessDenied":
      return "access denied"
    case "CredentialsRefused":
      return "the credentials are refused"
    case "CredentialsMissing":
      return "no credentials were found"
    case "RequestRejected":
      return `rejected: ${reason.detail}`
  }
}
