/** Checks that topics and subscriptions are there, and belong together. */
import { Option, Result } from "effect"
import type { SubscriptionInfo } from "../pubsub/PubSubAdmin.ts"
import { type Check, type Judgement, judgeAll, type Problem } from "./Check.ts"
import type { ChannelReading, PubSubReading } from "./PubSubReading.ts"
import { whenRead } from "./Reading.ts"

const topicsExist: Check<PubSubReading> = {
  code: "CF-603",
  group: "pubsub",
  title: "the topics exist",
  worst: "fatal",
  remedy: "`counterfoil setup pubsub`",
  needs: [],
  judge: ({ channels }) =>
    judgeAll(
      channels.map(({ name, topic, topicName }) =>
        whenRead(topic, (info) =>
          info === undefined
            ? [
                {
                  severity: "fatal",
                  found: `the topic of ${name}, ${topicName}, does not exist`,
                  expected: "a topic",
                  remedy: `run \`counterfoil setup pubsub\`, or \`gcloud pubsub topics create ${topicName}\``
                }
              ]
            : []
        )
      )
    )
}

const subscriptionsExist: Check<PubSubReading> = {
  code: "CF-604",
  group: "pubsub",
  title: "the subscriptions exist",
  worst: "fatal",
  remedy: "`counterfoil setup pubsub`",
  needs: [],
  judge: ({ channels }) =>
    judgeAll(
      channels.map(({ name, subscription, subscriptionName }) =>
        whenRead(subscription, (info) =>
          info === undefined
            ? [
                {
                  // The `dlq` commands need it; whether dead letters are kept is another check's question.
                  severity: name === "dead letters" ? "warning" : "fatal",
                  found: `the subscription of ${name}, ${subscriptionName}, does not exist`,
                  expected: "a subscription",
                  remedy: "run `counterfoil setup pubsub`"
                }
              ]
            : []
        )
      )
    )
}

const subscriptionsAttached: Check<PubSubReading> = {
  code: "CF-605",
  group: "pubsub",
  title: "each subscription is on the topic that is configured",
  worst: "fatal",
  remedy: "correct the name of one of the two; where its topic was deleted, a new subscription",
  needs: ["CF-604"],
  judge: ({ channels }) =>
    judgeAll(
      channels.map((channel) =>
        whenRead(channel.subscription, (info) => (info === undefined ? [] : strayOf(channel, info)))
      )
    )
}

const strayOf = (
  { name, subscriptionName, topicName }: ChannelReading,
  { detached, topic }: SubscriptionInfo
): ReadonlyArray<Problem> => {
  if (!detached && Option.contains(topic, topicName)) return []
  const on = Option.match(topic, { onNone: () => "a topic that was deleted", onSome: (other) => other })
  const isLost = detached || Option.isNone(topic)
  return [
    {
      severity: "fatal",
      found: detached
        ? `the subscription of ${name}, ${subscriptionName}, is detached from its topic: it gets nothing any more`
        : `the subscription of ${name}, ${subscriptionName}, is on ${on}`,
      expected: topicName,
      remedy: isLost
        ? `once what it still holds is done, \`gcloud pubsub subscriptions delete ${subscriptionName}\`, then \`counterfoil setup pubsub\``
        : `set ${variableOf[name]} to it, or ${variableOf[name].replace("_TOPIC", "_SUBSCRIPTION")} to a subscription of ${topicName}`
    }
  ]
}

const variableOf: Readonly<Record<ChannelReading["name"], string>> = {
  orders: "PUBSUB_ORDERS_TOPIC",
  payments: "PUBSUB_PAYMENTS_TOPIC",
  "dead letters": "PUBSUB_DLQ_TOPIC"
}

const deadLettersKept: Check<PubSubReading> = {
  code: "CF-606",
  group: "pubsub",
  title: "the dead-letter topic has a subscription, so that dead letters are kept",
  worst: "fatal",
  remedy: "`counterfoil setup pubsub`",
  needs: ["CF-603"],
  judge: ({ channels, deadLetterSubscriptions }): Judgement => {
    const letters = channels.find(({ name }) => name === "dead letters")
    // It tells as much, and needs another permission.
    const isAttached =
      letters !== undefined &&
      Result.isSuccess(letters.subscription) &&
      letters.subscription.success !== undefined &&
      !letters.subscription.success.detached &&
      Option.contains(letters.subscription.success.topic, letters.topicName)
    if (isAttached) return []
    return whenRead(deadLetterSubscriptions, (names) =>
      names.length > 0
        ? { shows: `it has ${names.join(", ")}` }
        : [
            {
              severity: "fatal",
              found: `the dead-letter topic, ${letters?.topicName}, has no subscription: what is published to it is lost`,
              expected: "a subscription that keeps dead letters",
              remedy: "run `counterfoil setup pubsub`"
            }
          ]
    )
  }
}

/** The checks of topics and subscriptions. */
export const resourceChecks: ReadonlyArray<Check<PubSubReading>> = [
  topicsExist,
  subscriptionsExist,
  subscriptionsAttached,
  deadLettersKept
]
