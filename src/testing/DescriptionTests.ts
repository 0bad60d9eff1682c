/** Part of the Pub/Sub suite: what topics, subscriptions and permissions are said to be. */
import { assert } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import { freshChannel, freshName, publishTexts, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const descriptionTests = ({ it, clock, where }: SuiteContext): void => {
  it.effect("topics and subscriptions are found by the beginning of their names, and no others", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const mark = freshName("listed")
      const [first, second, other] = [`${mark}-1`, `${mark}-2`, `other-${mark}`]
      const plans = [first, second, other].map((topic) => ({
        ...{ topic, subscription: `${topic}-sub` },
        ...{ ackDeadline: Duration.seconds(60), retention: Duration.days(7) }
      }))
      for (const plan of plans) {
        yield* admin.createTopic(plan.topic)
        yield* admin.createSubscription(plan)
      }
      const topics = yield* admin.topicsBeginning(mark)
      assert.deepStrictEqual([...topics].sort(), [first, second].map(admin.topicName))
      const subscriptions = yield* admin.subscriptionsBeginning(mark)
      assert.deepStrictEqual(
        [...subscriptions].sort(),
        [`${first}-sub`, `${second}-sub`].map(admin.subscriptionName)
      )
      yield* admin.deleteTopic(first)
      yield* admin.deleteSubscription(`${second}-sub`)
      assert.deepStrictEqual(yield* admin.topicsBeginning(mark), [admin.topicName(second)])
      assert.deepStrictEqual(yield* admin.subscriptionsBeginning(mark), [
        admin.subscriptionName(`${first}-sub`)
      ])
    })
  )

  it.effect("what was not said is described as absent: policies, filter, push, expiration, schema", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { topic, subscription } = yield* freshChannel
      const info = Option.getOrThrow(yield* admin.describeSubscription(subscription))
      assert.deepInclude(info, {
        detached: false,
        delivery: "pull",
        pushEndpoint: Option.none(),
        expiration: Option.none(),
        retryPolicy: Option.none(),
        deadLetterPolicy: Option.none(),
        filter: Option.none(),
        ordering: false,
        exactlyOnce: false
      })
      assert.deepStrictEqual(
        yield* admin.describeTopic(topic),
        Option.some({ name: admin.topicName(topic), retention: Option.none(), schema: Option.none() })
      )
      assert.deepStrictEqual(yield* admin.describeTopic(freshName("missing")), Option.none())
    })
  )

  it.effect("[G4] a subscription whose topic was deleted says so, and keeps what it has", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, ["m-1"])
      assert.isTrue(yield* admin.deleteTopic(topic))
      assert.isFalse(yield* admin.deleteTopic(topic))
      assert.deepStrictEqual(yield* admin.describeTopic(topic), Option.none())
      const info = Option.getOrThrow(yield* admin.describeSubscription(subscription))
      assert.deepStrictEqual(info.topic, Option.none())
      // A new topic of the same name is another.
      assert.isTrue(yield* admin.createTopic(topic))
      const later = Option.getOrThrow(yield* admin.describeSubscription(subscription))
      assert.deepStrictEqual(later.topic, Option.none())
      const reader = yield* read(clock, subscription)
      assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(1)), ["m-1"])
    })
  )

  it.effect("permissions are told where there are any, and said to be unsupported elsewhere", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { topic, subscription } = yield* freshChannel
      const asked = ["pubsub.topics.publish", "pubsub.subscriptions.consume"]
      for (const resource of [admin.topicName(topic), admin.subscriptionName(subscription)]) {
        const tested = yield* admin.testPermissions(resource, asked)
        if (tested._tag === "Tested") assert.includeMembers(asked, [...tested.granted])
        else assert.deepStrictEqual(tested, { _tag: "Unsupported" })
      }
    })
  )

  where("permissions")("on what does not exist no permission is granted", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const missing = admin.subscriptionName(freshName("missing"))
      const tested = yield* admin.testPermissions(missing, ["pubsub.subscriptions.consume"])
      assert.deepStrictEqual(tested, { _tag: "Tested", granted: new Set<string>() })
    })
  )
}
