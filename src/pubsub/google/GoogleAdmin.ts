/** Looks at and creates topics and subscriptions of Google Cloud Pub/Sub. */
import type { CallOptions, protos } from "@google-cloud/pubsub"
import { Duration, Effect, Layer, Option } from "effect"
import { adminCallSeconds, adminListMax } from "../Limits.ts"
import { PubSubAdmin, type SubscriptionInfo } from "../PubSubAdmin.ts"
import type { PubSubError } from "../PubSubError.ts"
import { GoogleClient } from "./GoogleClient.ts"
import { callOnce } from "./internal/Calls.ts"
import type { ClosableClient, Connection } from "./internal/Connection.ts"
import { codeOf, Status } from "./internal/ErrorClassification.ts"
import { subscriptionName, topicName } from "./internal/ResourceName.ts"

/** Looks at and creates topics and subscriptions of Google Cloud Pub/Sub. */
export const GoogleAdmin = {
  /** The port `PubSubAdmin`. Nothing is tried again inside: the caller decides by `isRetryable`. */
  layer: Layer.effect(
    PubSubAdmin,
    Effect.map(GoogleClient, (client) => make(client))
  )
}

const make = ({
  isEmulator,
  projectId,
  publisher,
  subscriber
}: GoogleClient["Service"]): PubSubAdmin["Service"] => {
  const getTopic = (operation: string, topic: string) => {
    const name = topicName(projectId, topic)
    return call(publisher, operation, name, (api, options) => api.getTopic({ topic: name }, options))
  }

  return PubSubAdmin.of({
    topicName: (topic) => topicName(projectId, topic),
    subscriptionName: (subscription) => subscriptionName(projectId, subscription),
    topicExists: (topic) => Effect.map(unlessMissing(getTopic("get topic", topic)), Option.isSome),
    describeSubscription: (subscription) => {
      const name = subscriptionName(projectId, subscription)
      const found = call(subscriber, "get subscription", name, (api, options) =>
        api.getSubscription({ subscription: name }, options)
      )
      return Effect.map(
        unlessMissing(found),
        Option.map(([answer]) => toInfo(name, answer))
      )
    },
    subscriptionsOf: (topic) => {
      const name = topicName(projectId, topic)
      const listed = call(publisher, "list subscriptions of", name, (api, options) =>
        api.listTopicSubscriptions(
          { topic: name, pageSize: adminListMax },
          { ...options, autoPaginate: false }
        )
      )
      // To an emulator a missing topic is one without subscriptions.
      const exists = isEmulator ? getTopic("list subscriptions of", topic) : Effect.void
      return Effect.andThen(
        exists,
        Effect.map(listed, ([names]) => names)
      )
    },
    createTopic: (topic) => {
      const name = topicName(projectId, topic)
      return unlessThere(
        call(publisher, "create topic", name, (api, options) => api.createTopic({ name }, options))
      )
    },
    createSubscription: (plan) => {
      const name = subscriptionName(projectId, plan.subscription)
      return unlessThere(
        call(subscriber, "create subscription", name, (api, options) =>
          api.createSubscription(
            {
              name,
              topic: topicName(projectId, plan.topic),
              ackDeadlineSeconds: Math.round(Duration.toSeconds(plan.ackDeadline)),
              messageRetentionDuration: { seconds: Math.round(Duration.toSeconds(plan.retention)) },
              // Empty: it never expires. Absent, it would after 31 days without a reader.
              expirationPolicy: {}
            },
            options
          )
        )
      )
    }
  })
}

const call = <Client extends ClosableClient, A>(
  connection: Connection<Client>,
  operation: string,
  resource: string,
  run: (client: Client, options: CallOptions) => Promise<A>
) => callOnce(connection, operation, resource, adminCallSeconds, run)

const unlessMissing = <A>(
  found: Effect.Effect<A, PubSubError>
): Effect.Effect<Option.Option<A>, PubSubError> =>
  found.pipe(
    Effect.asSome,
    Effect.catchIf(
      ({ reason }) => reason._tag === "ResourceMissing",
      () => Effect.succeedNone
    )
  )

const unlessThere = <A>(created: Effect.Effect<A, PubSubError>): Effect.Effect<boolean, PubSubError> =>
  created.pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ reason }) => codeOf(reason.cause) === Status.AlreadyExists,
      () => Effect.succeed(false)
    )
  )

const toInfo = (name: string, answer: protos.google.pubsub.v1.ISubscription): SubscriptionInfo => ({
  name: answer.name ?? name,
  topic: answer.topic ?? "",
  ackDeadline: Duration.seconds(answer.ackDeadlineSeconds ?? 0),
  ordering: answer.enableMessageOrdering ?? false,
  exactlyOnce: answer.enableExactlyOnceDelivery ?? false,
  maxDeliveryAttempts: Option.fromNullishOr(answer.deadLetterPolicy?.maxDeliveryAttempts)
})
