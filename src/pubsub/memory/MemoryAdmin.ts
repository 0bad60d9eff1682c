import { Clock, Effect, Layer, Option } from "effect"
import { PubSubAdmin, type SubscriptionInfo, type TopicInfo } from "../PubSubAdmin.ts"
import {
  noAnswer,
  PubSubError,
  type PubSubReason,
  PubSubUnavailable,
  RequestRejected,
  ResourceMissing
} from "../PubSubError.ts"
import type { ServedSubscription, Server } from "./internal/Server.ts"
import { fullSubscriptionName, fullTopicName, MemoryBroker } from "./MemoryBroker.ts"

/** Looks at, creates and deletes topics and subscriptions of the embedded Pub/Sub. */
export const MemoryAdmin = {
  /** The port `PubSubAdmin` on a {@link MemoryBroker}. */
  layer: Layer.effect(
    PubSubAdmin,
    Effect.map(MemoryBroker, ({ server }) =>
      PubSubAdmin.of({
        topicName: fullTopicName,
        subscriptionName: fullSubscriptionName,
        topicExists: (topic) =>
          asking(server, "get topic", fullTopicName(topic), () => topicExists(server, topic)),
        describeTopic: (topic) =>
          asking(server, "get topic", fullTopicName(topic), () =>
            Effect.map(
              topicExists(server, topic),
              (exists): Option.Option<TopicInfo> =>
                exists
                  ? Option.some({
                      name: fullTopicName(topic),
                      retention: Option.none(),
                      schema: Option.none()
                    })
                  : Option.none()
            )
          ),
        // Nothing is refused here, and so nothing is granted.
        testPermissions: (resource) =>
          asking(server, "test permissions on", resource, () => Effect.succeed({ _tag: "Unsupported" })),
        deleteTopic: (topic) =>
          asking(server, "delete topic", fullTopicName(topic), () =>
            Effect.sync(() => server.deleteTopic(fullTopicName(topic)))
          ),
        deleteSubscription: (subscription) =>
          asking(server, "delete subscription", fullSubscriptionName(subscription), () =>
            Effect.sync(() => server.deleteSubscription(fullSubscriptionName(subscription)))
          ),
        describeSubscription: (subscription) =>
          asking(server, "get subscription", fullSubscriptionName(subscription), () =>
            Effect.succeed(
              Option.map(
                Option.fromUndefinedOr(server.subscription(fullSubscriptionName(subscription))),
                (served) => describe(server, served)
              )
            )
          ),
        subscriptionsOf: (topic) =>
          asking(server, "list subscriptions", fullTopicName(topic), () =>
            Effect.map(existing(server, "list subscriptions", topic), (served) =>
              Array.from(served.subscriptions.keys()).slice(0, 100)
            )
          ),
        topicsBeginning: (prefix) =>
          asking(server, "list topics", fullTopicName(prefix), () =>
            Effect.sync(() => server.namesOf("topics", fullTopicName(prefix)))
          ),
        subscriptionsBeginning: (prefix) =>
          asking(server, "list subscriptions", fullSubscriptionName(prefix), () =>
            Effect.sync(() => server.namesOf("subscriptions", fullSubscriptionName(prefix)))
          ),
        createTopic: (topic) =>
          asking(server, "create topic", fullTopicName(topic), () =>
            Effect.map(legalName("create topic", fullTopicName(topic)), (name) => server.createTopic(name))
          ),
        createSubscription: (plan) =>
          asking(server, "create subscription", fullSubscriptionName(plan.subscription), () =>
            Effect.gen(function* () {
              const name = yield* legalName("create subscription", fullSubscriptionName(plan.subscription))
              const topic = yield* existing(server, "create subscription", plan.topic)
              return server.createSubscription(name, topic, { ...plan, topic: fullTopicName(plan.topic) })
            })
          )
      })
    )
  )
}

/** What a topic or subscription may be called. **Source**: Pub/Sub, "Guidelines to name a topic or a subscription". */
const nameRule = /^projects\/[^/]+\/(?:topics|subscriptions)\/(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/

const asking = <A>(
  server: Server,
  operation: string,
  resource: string,
  answer: () => Effect.Effect<A, PubSubError>
): Effect.Effect<A, PubSubError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    server.outageLeft(now) > 0
      ? failure(
          operation,
          resource,
          new PubSubUnavailable({ detail: noAnswer, cause: "the embedded server is unavailable" })
        )
      : answer()
  )

const topicExists = (server: Server, topic: string) =>
  Effect.succeed(server.topic(fullTopicName(topic)) !== undefined)

const existing = (server: Server, operation: string, topic: string) => {
  const name = fullTopicName(topic)
  const served = server.topic(name)
  if (served === undefined) return failure(operation, name, new ResourceMissing({ cause: "no such topic" }))
  return Effect.succeed(served)
}

const legalName = (operation: string, name: string) => {
  if (nameRule.test(name)) return Effect.succeed(name)
  const detail = "a name is 3 to 255 letters, digits and -_.~+%, begins with a letter, and not with goog"
  return failure(operation, name, new RequestRejected({ detail, cause: detail }))
}

const describe = (server: Server, served: ServedSubscription): SubscriptionInfo => ({
  name: served.name,
  topic: server.isDeleted(served) ? Option.none() : Option.some(served.plan.topic),
  detached: served.isDetached,
  delivery: "pull",
  pushEndpoint: Option.none(),
  ackDeadline: served.plan.ackDeadline,
  retention: served.plan.retention,
  expiration: Option.none(),
  retryPolicy: Option.none(),
  deadLetterPolicy: Option.none(),
  filter: Option.none(),
  ordering: false,
  exactlyOnce: false
})

const failure = (operation: string, resource: string, reason: PubSubReason) =>
  Effect.fail(new PubSubError({ operation, resource, reason }))
