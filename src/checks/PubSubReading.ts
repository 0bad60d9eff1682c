/** Reads from Pub/Sub what its checks judge. */
import { Effect, Option, Result } from "effect"
import {
  type PermissionsTested,
  PubSubAdmin,
  type SubscriptionInfo,
  type TopicInfo
} from "../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Reading } from "./Reading.ts"

/** The streams of messages, in the order of reports. */
export const channelNames = ["orders", "payments", "dead letters"] as const

/** One of {@link channelNames}. */
export type ChannelName = (typeof channelNames)[number]

/** A topic and the subscription on it, as they are configured. */
export interface ChannelPlan {
  readonly name: ChannelName
  /** As configured, in short or in full. */
  readonly topic: string
  readonly subscription: string
}

/** What is meant to be there. */
export interface PubSubPlan {
  readonly channels: ReadonlyArray<ChannelPlan>
}

/** A topic and its subscription as they are on the server. */
export interface ChannelReading {
  readonly name: ChannelName
  /** The full name of the topic that is configured. */
  readonly topicName: string
  /** The full name. */
  readonly subscriptionName: string
  /** Undefined where there is no such topic. */
  readonly topic: Reading<TopicInfo | undefined>
  /** Undefined where there is no such subscription. */
  readonly subscription: Reading<SubscriptionInfo | undefined>
  /** The permissions of {@link askedPermissions} that the caller has, on either. */
  readonly topicPermissions: Reading<PermissionsTested>
  readonly subscriptionPermissions: Reading<PermissionsTested>
}

/** Everything that the checks of Pub/Sub judge. */
export interface PubSubReading {
  readonly channels: ReadonlyArray<ChannelReading>
  /** The full names of the subscriptions of the dead-letter topic. */
  readonly deadLetterSubscriptions: Reading<ReadonlyArray<string>>
}

/** The permissions that are asked about, on each topic and on each subscription. */
export const askedPermissions = {
  topic: ["pubsub.topics.publish", "pubsub.topics.get"],
  subscription: ["pubsub.subscriptions.consume", "pubsub.subscriptions.get"]
} as const

/** Reads all of it. What cannot be read says why; nothing fails. */
export const readPubSub = (plan: PubSubPlan): Effect.Effect<PubSubReading, never, PubSubAdmin> =>
  Effect.gen(function* () {
    const admin = yield* PubSubAdmin
    const letters = plan.channels.find(({ name }) => name === "dead letters")
    const { channels, deadLetterSubscriptions } = yield* Effect.all(
      {
        channels: Effect.forEach(plan.channels, (channel) => readChannel(admin, channel), {
          concurrency: "unbounded"
        }),
        deadLetterSubscriptions: read(admin.subscriptionsOf(letters?.topic ?? ""))
      },
      { concurrency: "unbounded" }
    )
    return { channels, deadLetterSubscriptions }
  })

const readChannel = (
  admin: PubSubAdmin["Service"],
  { name, subscription, topic }: ChannelPlan
): Effect.Effect<ChannelReading> => {
  const topicName = admin.topicName(topic)
  const subscriptionName = admin.subscriptionName(subscription)
  return Effect.all(
    {
      topic: read(Effect.map(admin.describeTopic(topic), Option.getOrUndefined)),
      subscription: read(Effect.map(admin.describeSubscription(subscription), Option.getOrUndefined)),
      topicPermissions: read(admin.testPermissions(topicName, askedPermissions.topic)),
      subscriptionPermissions: read(admin.testPermissions(subscriptionName, askedPermissions.subscription))
    },
    { concurrency: "unbounded" }
  ).pipe(Effect.map((parts) => ({ name, topicName, subscriptionName, ...parts })))
}

const read = <A>(question: Effect.Effect<A, PubSubError>): Effect.Effect<Reading<A>> =>
  Effect.match(question, {
    onSuccess: (value): Reading<A> => Result.succeed(value),
    onFailure: ({ message, reason }): Reading<A> =>
      Result.fail({
        why:
          reason._tag === "AccessDenied"
            ? "forbidden"
            : reason._tag === "PubSubUnavailable"
              ? "unanswered"
              : "absent",
        detail: message
      })
  })
