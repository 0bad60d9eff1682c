/** What a message of a dead-letter topic says of itself, whoever published it there. */
import type { Delivery } from "../pubsub/Message.ts"
import { microsOf } from "../time/Rfc3339.ts"
import { deadLetterPrefix, originalPrefix } from "./DeadLetterMessage.ts"
import { clockDifferenceSeconds } from "./Limits.ts"

/**
 * A message of a dead-letter topic, with what its attributes say.
 *
 * Anybody who may publish to the topic may have written them: they are claims. `publishTimeMicros` is what
 * {@link originalPublishTimeMicros} makes of one.
 */
export interface ReceivedDeadLetter {
  readonly delivery: Delivery
  /** Who marked it: this library, Pub/Sub by a policy of the subscription, or nobody. */
  readonly markedBy: "counterfoil" | "pubsub" | "nobody"
  readonly reason: string | undefined
  /** The first field that was wrong. */
  readonly path: string | undefined
  readonly error: string | undefined
  /** The full name of the subscription on which it was given up. */
  readonly subscription: string | undefined
  /** The id of the original message. */
  readonly messageId: string | undefined
  /** The publish time that gives it its version. **Units**: µs since the epoch. */
  readonly publishTimeMicros: number
  /** **Units**: µs since the epoch. */
  readonly failedAtMicros: number | undefined
  readonly deliveryAttempt: string | undefined
  readonly appVersion: string | undefined
  readonly orderingKey: string
  /** The original's, as far as they were kept, under their own names. */
  readonly attributes: Readonly<Record<string, string>>
  /** How many of the original's attributes were dropped, as counted by whoever did. */
  readonly droppedAttributes: string | undefined
  /** How many bytes of the data were cut; undefined where it is whole. */
  readonly truncatedBytes: string | undefined
}

/** Reads what a delivery of a dead-letter topic says of itself. **Guarantee**: total, whatever the attributes. */
export const receivedDeadLetter = (delivery: Delivery): ReceivedDeadLetter => {
  const { attributes } = delivery
  const own = (name: string): string | undefined => attributes[`${deadLetterPrefix}${name}`]
  const isOurs = own("reason") !== undefined || own("subscription") !== undefined
  const failedAt = own("failed-at")
  return {
    delivery,
    markedBy: isOurs ? "counterfoil" : policySubscription(attributes) !== undefined ? "pubsub" : "nobody",
    reason: own("reason"),
    path: own("path"),
    error: own("error"),
    subscription: own("subscription") ?? policySubscription(attributes),
    messageId: own("message-id"),
    publishTimeMicros: originalPublishTimeMicros(delivery),
    failedAtMicros: failedAt === undefined ? undefined : microsOf(failedAt),
    deliveryAttempt: own("delivery-attempt") ?? attributes[policy.deliveryCount],
    appVersion: own("app-version"),
    orderingKey: own("ordering-key") ?? delivery.orderingKey,
    attributes: originalAttributes(attributes),
    droppedAttributes: own("dropped-attributes"),
    truncatedBytes: own("truncated-bytes")
  }
}

/**
 * The publish time that gives a dead letter its version: that of the original message, as its attributes claim it.
 *
 * Where they claim none, or a malformed one, or one that is more than 60 s later than the time at which the server
 * itself accepted the dead letter, it is the latter: a forged time in the future would win for ever.
 *
 * **Units**: µs since the epoch.
 */
export const originalPublishTimeMicros = ({ attributes, publishTimeMicros }: Delivery): number => {
  const text = attributes[`${deadLetterPrefix}publish-time`] ?? attributes[policy.publishTime]
  const claimed = text === undefined ? undefined : microsOf(text)
  if (claimed === undefined) return publishTimeMicros
  return claimed > publishTimeMicros + clockDifferenceSeconds * 1_000_000 ? publishTimeMicros : claimed
}

/**
 * The attributes of Pub/Sub's own dead-letter policy.
 *
 * **Source**: "Handle message failures" in the documentation of Pub/Sub.
 */
const policy = {
  deliveryCount: "CloudPubSubDeadLetterSourceDeliveryCount",
  subscription: "CloudPubSubDeadLetterSourceSubscription",
  project: "CloudPubSubDeadLetterSourceSubscriptionProject",
  publishTime: "CloudPubSubDeadLetterSourceTopicPublishTime"
} as const

const policyKeys: ReadonlySet<string> = new Set(Object.values(policy))

type Attributes = Readonly<Record<string, string>>

const policySubscription = (attributes: Attributes): string | undefined => {
  const subscription = attributes[policy.subscription]
  if (subscription === undefined || subscription.startsWith("projects/")) return subscription
  const project = attributes[policy.project]
  return project === undefined ? subscription : `projects/${project}/subscriptions/${subscription}`
}

const originalAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) => {
      if (key.startsWith(originalPrefix)) return [[key.slice(originalPrefix.length), value]]
      return key.startsWith(deadLetterPrefix) || policyKeys.has(key) ? [] : [[key, value]]
    })
  )
