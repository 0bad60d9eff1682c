/** A Pub/Sub on which every check passes, and the parts of others. */
import { Duration, Option, Result } from "effect"
import { judgePubSub } from "../../src/checks/PubSubChecks.ts"
import type { ChannelName, ChannelReading, PubSubReading } from "../../src/checks/PubSubReading.ts"
import type { Unread } from "../../src/checks/Reading.ts"
import type { SubscriptionInfo } from "../../src/pubsub/PubSubAdmin.ts"
import { codesIn, sentenceIn } from "./Judged.ts"

/** See {@link goodPubSub}. */
export const topicOf = (name: ChannelName) => `projects/p/topics/${name.replace(" ", "-")}`
/** See {@link goodPubSub}. */
export const subscriptionOf = (name: ChannelName) => `projects/p/subscriptions/${name.replace(" ", "-")}-sub`

/** See {@link goodPubSub}. */
export const info = (name: ChannelName, changes: Partial<SubscriptionInfo> = {}): SubscriptionInfo => ({
  name: subscriptionOf(name),
  topic: Option.some(topicOf(name)),
  detached: false,
  delivery: "pull",
  pushEndpoint: Option.none(),
  ackDeadline: Duration.seconds(60),
  retention: Duration.days(7),
  expiration: Option.none(),
  retryPolicy: Option.none(),
  deadLetterPolicy: Option.none(),
  filter: Option.none(),
  ordering: false,
  exactlyOnce: false,
  ...changes
})

const everything = new Set([
  "pubsub.topics.publish",
  "pubsub.topics.get",
  "pubsub.subscriptions.consume",
  "pubsub.subscriptions.get"
])

const channel = (name: ChannelName): ChannelReading => ({
  name,
  topicName: topicOf(name),
  subscriptionName: subscriptionOf(name),
  topic: Result.succeed({ name: topicOf(name), retention: Option.none(), schema: Option.none() }),
  subscription: Result.succeed(info(name)),
  topicPermissions: Result.succeed({ _tag: "Tested", granted: everything }),
  subscriptionPermissions: Result.succeed({ _tag: "Tested", granted: everything })
})

/** A reading in which every check passes. */
export const goodPubSub: PubSubReading = {
  channels: [channel("orders"), channel("payments"), channel("dead letters")],
  deadLetterSubscriptions: Result.succeed([subscriptionOf("dead letters")])
}

/** The same, but for some of one channel. */
export const withChannel = (name: ChannelName, changes: Partial<ChannelReading>): PubSubReading => ({
  ...goodPubSub,
  channels: goodPubSub.channels.map((one) => (one.name === name ? { ...one, ...changes } : one))
})

/** The same, but for a subscription. */
export const withSubscription = (name: ChannelName, changes: Partial<SubscriptionInfo>): PubSubReading =>
  withChannel(name, { subscription: Result.succeed(info(name, changes)) })

/** Permissions without these. */
export const lacking = (...permissions: ReadonlyArray<string>) =>
  Result.succeed({
    _tag: "Tested" as const,
    granted: new Set([...everything].filter((one) => !permissions.includes(one)))
  })

/** Something that could not be read. */
export const unread = (why: Unread["why"]) => Result.fail({ why, detail: "so it is" })

/** `fatal CF-603` for each finding, and what the first says. */
export const foundIn = (reading: PubSubReading) => {
  const results = judgePubSub(reading)
  return { codes: codesIn(results), sentence: sentenceIn(results) }
}
