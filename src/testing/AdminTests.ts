/** Part of the Pub/Sub suite: topics and subscriptions, looked at and created. */
import { assert } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import { freshChannel, freshName, publishTexts, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const adminTests = ({ it, clock, where }: SuiteContext): void => {
  it.effect("a topic is created once, and creating it again changes nothing", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const topic = freshName("topic")
      assert.isFalse(yield* admin.topicExists(topic))
      assert.isTrue(yield* admin.createTopic(topic))
      assert.isFalse(yield* admin.createTopic(topic))
      assert.isTrue(yield* admin.topicExists(topic))
      assert.deepStrictEqual(yield* admin.subscriptionsOf(topic), [])
    })
  )

  it.effect("a subscription is created once as planned, and creating it again loses no message", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { topic } = yield* freshChannel
      const subscription = freshName("sub")
      const plan = { topic, subscription, ackDeadline: Duration.seconds(60), retention: Duration.days(7) }
      assert.deepStrictEqual(yield* admin.describeSubscription(subscription), Option.none())
      assert.isTrue(yield* admin.createSubscription(plan))
      yield* publishTexts(topic, ["m-1"])
      assert.isFalse(yield* admin.createSubscription(plan))
      const info = Option.getOrThrow(yield* admin.describeSubscription(subscription))
      assert.strictEqual(info.name, admin.subscriptionName(subscription))
      assert.deepStrictEqual(info.topic, Option.some(admin.topicName(topic)))
      assert.strictEqual(Duration.toMillis(info.ackDeadline), 60_000)
      assert.strictEqual(Duration.toMillis(info.retention), 7 * 86_400_000)
      assert.isFalse(info.exactlyOnce)
      const subscriptions = yield* admin.subscriptionsOf(topic)
      assert.include(subscriptions, admin.subscriptionName(subscription))
      assert.strictEqual(subscriptions.length, 2)
      const reader = yield* read(clock, subscription)
      assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(1)), ["m-1"])
    })
  )

  it.effect("a subscription is deleted once, with its messages", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { topic, subscription } = yield* freshChannel
      assert.isTrue(yield* admin.deleteSubscription(subscription))
      assert.isFalse(yield* admin.deleteSubscription(subscription))
      assert.deepStrictEqual(yield* admin.describeSubscription(subscription), Option.none())
      assert.deepStrictEqual(yield* admin.subscriptionsOf(topic), [])
    })
  )

  it.effect("short and full names mean the same", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { topic, subscription } = yield* freshChannel
      const fullTopic = admin.topicName(topic)
      assert.match(fullTopic, /^projects\/[^/]+\/topics\/suite-topic-/)
      assert.strictEqual(admin.topicName(fullTopic), fullTopic)
      assert.isTrue(yield* admin.topicExists(fullTopic))
      const full = admin.subscriptionName(subscription)
      assert.match(full, /^projects\/[^/]+\/subscriptions\/suite-sub-/)
      assert.strictEqual(admin.subscriptionName(full), full)
      yield* publishTexts(fullTopic, ["m-1"])
      const reader = yield* read(clock, full)
      assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(1)), ["m-1"])
      assert.strictEqual(reader.open.name, full)
    })
  )

  it.effect("a subscription of a missing topic is refused as missing, and so is its listing", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const topic = freshName("missing")
      const plan = {
        topic,
        subscription: freshName("sub"),
        ackDeadline: Duration.seconds(60),
        retention: Duration.days(7)
      }
      const error = yield* Effect.flip(admin.createSubscription(plan))
      assert.strictEqual(error.reason._tag, "ResourceMissing")
      const listing = yield* Effect.flip(admin.subscriptionsOf(topic))
      assert.strictEqual(listing.reason._tag, "ResourceMissing")
      assert.include(listing.message, topic)
    })
  )

  where("name-rules")("an illegal name is rejected", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip((yield* PubSubAdmin).createTopic("a(b)"))
      assert.strictEqual(error.reason._tag, "RequestRejected")
      assert.isFalse(error.isRetryable)
    })
  )
}
