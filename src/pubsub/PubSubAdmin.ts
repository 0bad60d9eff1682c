import { Context, type Duration, type Effect, type Option } from "effect"
import type { PubSubError } from "./PubSubError.ts"

/** What a subscription is created with. */
export interface SubscriptionPlan {
  readonly topic: string
  readonly subscription: string
  readonly ackDeadline: Duration.Duration
  readonly retention: Duration.Duration
}

/** What a topic is like on the server. */
export interface TopicInfo {
  /** The full name. */
  readonly name: string
  /** For how long the topic itself keeps messages, for subscriptions to seek back to; none: it does not. */
  readonly retention: Option.Option<Duration.Duration>
  /** The full name of the schema that messages must keep to; none: any bytes are taken. */
  readonly schema: Option.Option<string>
}

/** What a subscription is like on the server. */
export interface SubscriptionInfo {
  /** The full name. */
  readonly name: string
  /** The full name of its topic; none: the topic was deleted, and nothing new will ever come. */
  readonly topic: Option.Option<string>
  /** Whether it was detached from its topic: then it has lost its messages, and gets no more. */
  readonly detached: boolean
  /** How messages leave it. Only `pull` can be read by a `Subscriber`. */
  readonly delivery: "pull" | "push" | "bigquery" | "cloud-storage"
  /** Where it pushes to; none unless `delivery` is `push`. */
  readonly pushEndpoint: Option.Option<string>
  readonly ackDeadline: Duration.Duration
  /** For how long messages that are not acknowledged are kept. */
  readonly retention: Duration.Duration
  /** After how long without a reader it is deleted; none: never. */
  readonly expiration: Option.Option<Duration.Duration>
  /** How long a message stays away after a release or an ended lease; none: it comes again at once. */
  readonly retryPolicy: Option.Option<RetryPolicy>
  /** The server's own dead letters; none: it delivers again for ever. */
  readonly deadLetterPolicy: Option.Option<DeadLetterPolicy>
  /** Which messages it gets, in Pub/Sub's filter language; none: all. */
  readonly filter: Option.Option<string>
  readonly ordering: boolean
  readonly exactlyOnce: boolean
}

/** How long a message stays away after a release or an ended lease, longer each time. */
export interface RetryPolicy {
  readonly minimumBackoff: Duration.Duration
  readonly maximumBackoff: Duration.Duration
}

/** After how many deliveries the server itself publishes a message elsewhere. */
export interface DeadLetterPolicy {
  /** The full name of the topic it goes to. */
  readonly topic: string
  readonly maxDeliveryAttempts: number
}

/** Which of the permissions asked for the caller has. */
export type PermissionsTested =
  | { readonly _tag: "Tested"; readonly granted: ReadonlySet<string> }
  /** The server has no permissions, as an emulator: nothing is refused there. */
  | { readonly _tag: "Unsupported" }

/** Port: looks at, creates and deletes topics and subscriptions. */
export class PubSubAdmin extends Context.Service<
  PubSubAdmin,
  {
    /** The full resource name of a topic given in short or in full. */
    readonly topicName: (topic: string) => string
    /** The full resource name of a subscription given in short or in full. */
    readonly subscriptionName: (subscription: string) => string
    readonly topicExists: (topic: string) => Effect.Effect<boolean, PubSubError>
    /** None where there is no such topic, be it that it was deleted. */
    readonly describeTopic: (topic: string) => Effect.Effect<Option.Option<TopicInfo>, PubSubError>
    readonly describeSubscription: (
      subscription: string
    ) => Effect.Effect<Option.Option<SubscriptionInfo>, PubSubError>
    /** The full names of the subscriptions of a topic; the first 100. */
    readonly subscriptionsOf: (topic: string) => Effect.Effect<ReadonlyArray<string>, PubSubError>
    /** The full names of the project's topics whose short names begin so; the project is read whole, 10,000 at most. */
    readonly topicsBeginning: (prefix: string) => Effect.Effect<ReadonlyArray<string>, PubSubError>
    /** The same of its subscriptions. */
    readonly subscriptionsBeginning: (prefix: string) => Effect.Effect<ReadonlyArray<string>, PubSubError>
    /**
     * Asks which of these permissions the caller has on a topic or subscription; needs no permission itself.
     *
     * **Shape**: `resource` is a full name, `projects/P/topics/T` or `projects/P/subscriptions/S`; permissions are
     * IAM's, as `pubsub.subscriptions.consume`. Of a resource that does not exist none is granted.
     */
    readonly testPermissions: (
      resource: string,
      permissions: ReadonlyArray<string>
    ) => Effect.Effect<PermissionsTested, PubSubError>
    /** Creates the topic unless it is there. Answers whether it was created. */
    readonly createTopic: (topic: string) => Effect.Effect<boolean, PubSubError>
    /** Creates the subscription, never expiring, unless it is there. Answers whether it was created. */
    readonly createSubscription: (plan: SubscriptionPlan) => Effect.Effect<boolean, PubSubError>
    /** Deletes the topic if it is there. Its subscriptions and their messages stay. Answers whether it was there. */
    readonly deleteTopic: (topic: string) => Effect.Effect<boolean, PubSubError>
    /** Deletes the subscription with its messages if it is there. Answers whether it was there. */
    readonly deleteSubscription: (subscription: string) => Effect.Effect<boolean, PubSubError>
  }
>()("counterfoil/pubsub/PubSubAdmin") {}
