/** Port: looks at and creates topics and subscriptions. */
import { Context, type Duration, type Effect, type Option } from "effect"
import type { PubSubError } from "./PubSubError.ts"

/** What a subscription is created with. */
export interface SubscriptionPlan {
  readonly topic: string
  readonly subscription: string
  readonly ackDeadline: Duration.Duration
  readonly retention: Duration.Duration
}

/** What a subscription is like on the server. */
export interface SubscriptionInfo {
  readonly name: string
  readonly topic: string
  readonly ackDeadline: Duration.Duration
  readonly ordering: boolean
  readonly exactlyOnce: boolean
  /** Attempts after which a policy on the server dead-letters; none without a policy. */
  readonly maxDeliveryAttempts: Option.Option<number>
}

/** Port: looks at and creates topics and subscriptions. */
export class PubSubAdmin extends Context.Service<
  PubSubAdmin,
  {
    /** The full resource name of a topic given in short or in full. */
    readonly topicName: (topic: string) => string
    /** The full resource name of a subscription given in short or in full. */
    readonly subscriptionName: (subscription: string) => string
    readonly topicExists: (topic: string) => Effect.Effect<boolean, PubSubError>
    readonly describeSubscription: (
      subscription: string
    ) => Effect.Effect<Option.Option<SubscriptionInfo>, PubSubError>
    /** The full names of the subscriptions of a topic; the first 100. */
    readonly subscriptionsOf: (topic: string) => Effect.Effect<ReadonlyArray<string>, PubSubError>
    /** Creates the topic unless it is there. Answers whether it was created. */
    readonly createTopic: (topic: string) => Effect.Effect<boolean, PubSubError>
    /** Creates the subscription, never expiring, unless it is there. Answers whether it was created. */
    readonly createSubscription: (plan: SubscriptionPlan) => Effect.Effect<boolean, PubSubError>
  }
>()("counterfoil/pubsub/PubSubAdmin") {}
