/** Checks of how subscriptions deliver: to us, everything, and again as soon as it is given back. */
import { Duration, Option } from "effect"
import type { SubscriptionInfo } from "../pubsub/PubSubAdmin.ts"
import { type Check, type CheckDescription, type Judgement, judgeAll, type Problem } from "./Check.ts"
import { leastDeliveryAttempts, longestBackoffSeconds } from "./Limits.ts"
import type { ChannelName, ChannelReading, PubSubReading } from "./PubSubReading.ts"
import { whenRead } from "./Reading.ts"
import { spanText } from "./Words.ts"

/** Makes a check of the subscriptions that are there, each by itself. */
export const ofEachSubscription = (
  description: Pick<CheckDescription, "code" | "title" | "worst" | "remedy">,
  judge: (info: SubscriptionInfo, name: ChannelName, reading: PubSubReading) => Judgement
): Check<PubSubReading> => ({
  ...description,
  group: "pubsub",
  needs: ["CF-604"],
  judge: (reading) =>
    judgeAll(
      reading.channels.map(({ name, subscription }: ChannelReading) =>
        whenRead(subscription, (info) => (info === undefined ? [] : judge(info, name, reading)))
      )
    )
})

const delivery = ofEachSubscription(
  {
    code: "CF-607",
    title: "the subscriptions are to be pulled from",
    worst: "fatal",
    remedy: "`gcloud pubsub subscriptions modify-push-config … --push-endpoint=`"
  },
  ({ delivery, name: full }, name) =>
    delivery === "pull"
      ? []
      : [
          {
            severity: "fatal",
            found: `the subscription of ${name}, ${full}, delivers to ${wordsOf[delivery]}: it cannot be read here`,
            expected: "pull",
            remedy: `\`gcloud pubsub subscriptions ${commandOf(delivery, full)}\`, or another subscription`
          }
        ]
)

const wordsOf = {
  push: "a push endpoint",
  bigquery: "BigQuery",
  "cloud-storage": "Cloud Storage"
} as const

const commandOf = (delivery: keyof typeof wordsOf, subscription: string): string =>
  delivery === "push"
    ? `modify-push-config ${subscription} --push-endpoint=`
    : `update ${subscription} --clear-${delivery}-config`

const filter = ofEachSubscription(
  {
    code: "CF-608",
    title: "no filter drops messages",
    worst: "warning",
    remedy: "a subscription without a filter, since a filter cannot be changed"
  },
  ({ filter, name: full }, name) =>
    Option.match(filter, {
      onNone: (): ReadonlyArray<Problem> => [],
      onSome: (text) => [
        {
          severity: "warning",
          found: `the subscription of ${name}, ${full}, gets only what its filter lets through: ${text}`,
          expected: "no filter, unless the others are meant for somebody else",
          remedy: `a filter cannot be changed: \`gcloud pubsub subscriptions delete ${full}\` once it is empty, then \`counterfoil setup pubsub\``
        }
      ]
    })
)

const deliveryPolicy = ofEachSubscription(
  {
    code: "CF-611",
    title: `no dead-letter policy of Pub/Sub gives a message up before ${leastDeliveryAttempts} deliveries, and none a dead letter`,
    worst: "fatal",
    remedy: "`gcloud pubsub subscriptions update … --clear-dead-letter-policy`"
  },
  ({ deadLetterPolicy, name: full }, name) =>
    Option.match(deadLetterPolicy, {
      onNone: (): ReadonlyArray<Problem> => [],
      onSome: ({ maxDeliveryAttempts, topic }) =>
        name !== "dead letters" && maxDeliveryAttempts >= leastDeliveryAttempts
          ? []
          : [
              {
                severity: name === "dead letters" ? "warning" : "fatal",
                found: `Pub/Sub gives a message of ${name} up to ${topic} after ${maxDeliveryAttempts} deliveries of ${full}: ${attemptsOf(name)} is one`,
                expected: `no dead-letter policy${orOf(name, `one of ${leastDeliveryAttempts} attempts`)}`,
                remedy: `\`gcloud pubsub subscriptions update ${full} --clear-dead-letter-policy\`${orOf(name, `--max-delivery-attempts=${leastDeliveryAttempts}`)}`
              }
            ]
    })
)

/** Dead letters are looked at again and again: no number of deliveries is enough for them. */
const orOf = (name: ChannelName, other: string): string => (name === "dead letters" ? "" : `, or ${other}`)

const attemptsOf = (name: ChannelName): string =>
  name === "dead letters"
    ? "each look through the dead letters, and each redrive of DLQ_REDRIVE_INTERVAL,"
    : "each release, as at a stop or in an outage,"

const retryPolicy = ofEachSubscription(
  {
    code: "CF-612",
    title: `orders that are released come again within ${longestBackoffSeconds} s`,
    worst: "fatal",
    remedy: "`gcloud pubsub subscriptions update … --clear-retry-policy`"
  },
  ({ name: full, retryPolicy }, name) =>
    Option.match(retryPolicy, {
      onNone: (): ReadonlyArray<Problem> => [],
      onSome: ({ maximumBackoff, minimumBackoff }) => {
        const longest = Duration.max(maximumBackoff, minimumBackoff)
        if (name !== "orders" || Duration.toSeconds(longest) <= longestBackoffSeconds) return []
        return [
          {
            severity: "fatal",
            found: `Pub/Sub holds an order of ${full} back for up to ${spanText(longest)} after a release: its payment becomes a dead letter meanwhile`,
            expected: `no retry policy, or one of at most ${longestBackoffSeconds} s`,
            remedy: `\`gcloud pubsub subscriptions update ${full} --clear-retry-policy\``
          }
        ]
      }
    })
)

/** The checks of delivery. */
export const deliveryChecks: ReadonlyArray<Check<PubSubReading>> = [
  delivery,
  filter,
  deliveryPolicy,
  retryPolicy
]
