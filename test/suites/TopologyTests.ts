/** Part of the Pub/Sub suite: topics and subscriptions, looked at and created. */
import { assert } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { Topology } from "../../src/pubsub/Topology.ts"
import { freshChannel, freshName, publishTexts, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SubscriptionSuite.ts"

/** Registers the tests. */
export const topologyTests = ({ it, clock, where }: SuiteContext): void => {
  it.effect("a topic is created once, and creating it again changes nothing", () =>
    Effect.gen(function* () {
      const topology = yield* Topology
      const topic = freshName("topic")
      assert.isFalse(yield* topology.topicExists(topic))
      assert.isTrue(yield* topology.createTopic(topic))
      assert.isFalse(yield* topology.createTopic(topic))
      assert.isTrue(yield* topology.topicExists(topic))
      assert.deepStrictEqual(yield* topology.subscriptionsOf(topic), [])
    })
  )

  it.effect("a subscription is created once as planned, and creating it again loses no message", () =>
    Effect.gen(function* () {
      const topology = yield* Topology
      const { topic } = yield* freshChannel
      const subscription = freshName("sub")
      const plan = { topic, subscription, ackDeadline: Duration.seconds(60), retention: Duration.days(7) }
      assert.deepStrictEqual(yield* topology.describeSubscription(subscription), Option.none())
      assert.isTrue(yield* topology.createSubscription(plan))
      yield* publishTexts(topic, ["m-1"])
      assert.isFalse(yield* topology.createSubscription(plan))
      const info = Option.getOrThrow(yield* topology.describeSubscription(subscription))
      assert.strictEqual(info.name, topology.subscriptionName(subscription))
      assert.strictEqual(info.topic, topology.topicName(topic))
      assert.strictEqual(Duration.toMillis(info.ackDeadline), 60_000)
      assert.deepStrictEqual(info.maxDeliveryAttempts, Option.none())
      assert.isFalse(info.exactlyOnce)
      const subscriptions = yield* topology.subscriptionsOf(topic)
      assert.include(subscriptions, topology.subscriptionName(subscription))
      assert.strictEqual(subscriptions.length, 2)
      const reader = yield* read(clock, subscription)
      assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(1)), ["m-1"])
    })
  )

  it.effect("short and full names mean the same", () =>
    Effect.gen(function* () {
      const topology = yield* Topology
      const { topic, subscription } = yield* freshChannel
      const fullTopic = topology.topicName(topic)
      assert.match(fullTopic, /^projects\/[^/]+\/topics\/suite-topic-/)
      assert.strictEqual(topology.topicName(fullTopic), fullTopic)
      assert.isTrue(yield* topology.topicExists(fullTopic))
      const full = topology.subscriptionName(subscription)
      assert.match(full, /^projects\/[^/]+\/subscriptions\/suite-sub-/)
      assert.strictEqual(topology.subscriptionName(full), full)
      yield* publishTexts(fullTopic, ["m-1"])
      const reader = yield* read(clock, full)
      assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(1)), ["m-1"])
      assert.strictEqual(reader.open.name, full)
    })
  )

  it.effect("a subscription of a missing topic is refused as missing, and so is its listing", () =>
    Effect.gen(function* () {
      const topology = yield* Topology
      const topic = freshName("missing")
      const plan = {
        topic,
        subscription: freshName("sub"),
        ackDeadline: Duration.seconds(60),
        retention: Duration.days(7)
      }
      const error = yield* Effect.flip(topology.createSubscription(plan))
      assert.strictEqual(error.reason._tag, "ResourceMissing")
      const listing = yield* Effect.flip(topology.subscriptionsOf(topic))
      assert.strictEqual(listing.reason._tag, "ResourceMissing")
      assert.include(listing.message, topic)
    })
  )

  where("name-rules")("an illegal name is rejected", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip((yield* Topology).createTopic("a(b)"))
      assert.strictEqual(error.reason._tag, "RequestRejected")
      assert.isFalse(error.isRetryable)
    })
  )
}
