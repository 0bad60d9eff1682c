/** Part of the Pub/Sub suite: subscriptions by which nothing new can come. They are never quiet, and nobody stays deaf. */
import { assert } from "@effect/vitest"
import { Cause, Duration, Effect, Exit } from "effect"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import { PubSubError } from "../pubsub/PubSubError.ts"
import type { SubscriptionStatus } from "../pubsub/Subscriber.ts"
import { freshChannel, progressOf, publishTexts, type Reader, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const sourceTests = ({ it, clock, where }: SuiteContext): void => {
  it.effect(
    "[G5] a subscription whose topic was deleted is neither connected nor quiet, also beside a new topic of the name",
    () =>
      Effect.gen(function* () {
        const admin = yield* PubSubAdmin
        const { topic, subscription } = yield* freshChannel
        yield* publishTexts(topic, ["m-1"])
        const reader = yield* read(clock, subscription)
        const held = yield* reader.awaitReceived(1)
        const quiet = Effect.map(progressOf(reader), ({ quietMillis }) => quietMillis)
        yield* clock.eventually(
          "quiet while the topic is there",
          Effect.map(quiet, (millis) => millis > 0)
        )
        yield* admin.deleteTopic(topic)
        yield* clock.eventually(
          "the deleted topic is noticed",
          Effect.map(askedStatus(reader), ({ connected }) => !connected)
        )
        const { error, trouble } = yield* reader.open.status
        assert.strictEqual(error?.reason._tag, "TopicDeleted")
        assert.include(trouble, admin.subscriptionName(subscription))
        assert.include(trouble, "its topic was deleted")
        assert.strictEqual(yield* quiet, 0)
        yield* admin.createTopic(topic)
        yield* publishTexts(topic, ["never comes"])
        yield* clock.pass(Duration.seconds(4))
        assert.strictEqual(yield* quiet, 0)
        assert.isFalse((yield* reader.open.status).connected)
        // What it still holds is delivered.
        yield* reader.release(held)
        assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(2)), ["m-1", "m-1"])
      })
  )

  it.effect("[G4] a subscription that is deleted ends its stream as missing", () =>
    Effect.gen(function* () {
      const { subscription } = yield* freshChannel
      const reader = yield* read(clock, subscription)
      yield* clock.eventually(
        "a connection",
        Effect.map(reader.open.status, ({ connected }) => connected)
      )
      yield* (yield* PubSubAdmin).deleteSubscription(subscription)
      // Some servers keep the streams open: only who asks is told.
      yield* clock.eventually(
        "the deletion is noticed",
        Effect.map(askedStatus(reader), ({ connected }) => !connected)
      )
      const error = yield* Effect.flip(reader.end)
      assert.strictEqual(error.reason._tag, "ResourceMissing")
    })
  )

  where("ends-streams")(
    "[G4] a subscription deleted and created anew at once is missing, or delivers what is new",
    () =>
      Effect.gen(function* () {
        const admin = yield* PubSubAdmin
        const { topic, subscription } = yield* freshChannel
        const reader = yield* read(clock, subscription)
        yield* clock.eventually(
          "a connection",
          Effect.map(reader.open.status, ({ connected }) => connected)
        )
        yield* admin.deleteSubscription(subscription)
        const plan = { topic, subscription, ackDeadline: Duration.seconds(60), retention: Duration.days(7) }
        assert.isTrue(yield* admin.createSubscription(plan))
        yield* publishTexts(topic, ["m-1"])
        const exit = yield* Effect.exit(reader.awaitReceived(1))
        if (Exit.isSuccess(exit)) return assert.deepStrictEqual(textsOf(exit.value), ["m-1"])
        const ended = Cause.squash(exit.cause)
        assert.instanceOf(ended, PubSubError)
        assert.strictEqual(ended.reason._tag, "ResourceMissing")
      })
  )
}

/** The status, while somebody asks for a word of the server. */
const askedStatus = ({ open }: Reader): Effect.Effect<SubscriptionStatus> =>
  Effect.andThen(open.probe, open.status)
