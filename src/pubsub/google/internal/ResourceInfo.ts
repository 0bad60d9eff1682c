/** Turns what the Google client says of topics and subscriptions into the port's words. */
import type { protos } from "@google-cloud/pubsub"
import { Duration, Option } from "effect"
import type { SubscriptionInfo, TopicInfo } from "../../PubSubAdmin.ts"

/** A topic as the port describes it. */
export const toTopicInfo = (name: string, answer: protos.google.pubsub.v1.ITopic): TopicInfo => ({
  name: answer.name ?? name,
  retention: Option.map(Option.fromNullishOr(answer.messageRetentionDuration), toDuration),
  schema: nonEmpty(answer.schemaSettings?.schema)
})

/** A subscription as the port describes it. */
export const toSubscriptionInfo = (
  name: string,
  answer: protos.google.pubsub.v1.ISubscription
): SubscriptionInfo => {
  const pushEndpoint = nonEmpty(answer.pushConfig?.pushEndpoint)
  const topic = answer.topic ?? ""
  return {
    name: answer.name ?? name,
    topic: topic === deletedTopic ? Option.none() : Option.some(topic),
    detached: answer.detached ?? false,
    delivery: isThere(answer.bigqueryConfig)
      ? "bigquery"
      : isThere(answer.cloudStorageConfig)
        ? "cloud-storage"
        : Option.isSome(pushEndpoint)
          ? "push"
          : "pull",
    pushEndpoint,
    ackDeadline: Duration.seconds(answer.ackDeadlineSeconds ?? 0),
    retention: toDuration(answer.messageRetentionDuration ?? {}),
    // The service always names a policy, one without a time where it never expires; an emulator expires nothing.
    expiration: Option.map(Option.fromNullishOr(answer.expirationPolicy?.ttl), toDuration),
    retryPolicy: Option.map(Option.fromNullishOr(answer.retryPolicy), (policy) => ({
      minimumBackoff: toDuration(policy.minimumBackoff ?? {}),
      maximumBackoff: toDuration(policy.maximumBackoff ?? {})
    })),
    deadLetterPolicy: Option.map(Option.fromNullishOr(answer.deadLetterPolicy), (policy) => ({
      topic: policy.deadLetterTopic ?? "",
      maxDeliveryAttempts: policy.maxDeliveryAttempts ?? 0
    })),
    filter: nonEmpty(answer.filter),
    ordering: answer.enableMessageOrdering ?? false,
    exactlyOnce: answer.enableExactlyOnceDelivery ?? false
  }
}

/** What stands in place of the name of a topic that was deleted. **Source**: `google.pubsub.v1.Subscription.topic`. */
const deletedTopic = "_deleted-topic_"

const isThere = (value: object | null | undefined): boolean => value !== null && value !== undefined

const nonEmpty = (text: string | null | undefined): Option.Option<string> =>
  text === undefined || text === null || text === "" ? Option.none() : Option.some(text)

const toDuration = ({ nanos, seconds }: protos.google.protobuf.IDuration): Duration.Duration =>
  Duration.millis(Number(seconds ?? 0) * 1000 + Math.round((nanos ?? 0) / 1e6))
