import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Result } from "effect"
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { Publisher } from "../../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"
import {
  freshChannel,
  lostAs,
  messageOf,
  numbered,
  publishTexts,
  read,
  textsOf
} from "../../../src/testing/SubscriptionReader.ts"
import { testClock as clock } from "../../../src/testing/SuiteClock.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

describe("faults of the embedded Pub/Sub", () => {
  it.effect("a duplicated delivery has a lease of its own, and one ack settles the message for good", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* broker.setFaults({ duplicates: 1 })
      yield* publishTexts(topic, numbered(3))
      const reader = yield* read(clock, subscription)
      const received = [...(yield* reader.awaitReceived(6))]
      assert.deepStrictEqual(textsOf(received), [...numbered(3), ...numbered(3)].sort())
      assert.strictEqual(new Set(received.map(({ ackId }) => ackId)).size, 6)
      assert.strictEqual(new Set(received.map(({ messageId }) => messageId)).size, 3)
      const firsts = received.filter(({ deliveryAttempt }) => deliveryAttempt === 1)
      assert.deepStrictEqual(yield* reader.ack(firsts), { done: 3, lost: [] })
      assert.deepStrictEqual((yield* broker.backlog(subscription)).unacknowledged, [])
      yield* reader.release(received.filter(({ deliveryAttempt }) => deliveryAttempt === 2))
      yield* clock.pass(Duration.seconds(2 * leaseSeconds))
      assert.strictEqual(reader.received.length, 6)
    }).pipe(Effect.provide(embeddedPorts()))
  )

  const orderOf = (seed: number, reorderWithin: number) =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* (yield* MemoryBroker).setFaults({ reorderWithin })
      yield* publishTexts(topic, numbered(50))
      const reader = yield* read(clock, subscription)
      const received = yield* reader.awaitReceived(50)
      assert.deepStrictEqual(textsOf(received), numbered(50))
      return received.map(({ messageId }) => Number(messageId))
    }).pipe(Effect.provide(embeddedPorts({ seed }), { local: true }), Effect.scoped)

  it.effect("deliveries come in the order of publishing, or shuffled as the seed says", () =>
    Effect.gen(function* () {
      const sorted = Array.from({ length: 50 }, (_, i) => i + 1)
      assert.deepStrictEqual(yield* orderOf(7, 0), sorted)
      const shuffled = yield* orderOf(7, 20)
      assert.notDeepEqual(shuffled, sorted)
      assert.deepStrictEqual(yield* orderOf(7, 20), shuffled)
      assert.notDeepEqual(yield* orderOf(8, 20), shuffled)
    })
  )

  it.effect("[G1] an ack whose request is lost is reported as lost, and the message comes again", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, ["m-1"])
      const reader = yield* read(clock, subscription)
      const [first] = [...(yield* reader.awaitReceived(1))]
      assert.isDefined(first)
      yield* broker.setFaults({ settleRequestsLost: 1 })
      assert.deepStrictEqual(yield* reader.ack([first]), { done: 0, lost: lostAs("unanswered", [first]) })
      assert.isFalse(reader.open.isHeld(first))
      yield* broker.heal
      const [, again] = yield* reader.awaitReceived(2)
      assert.strictEqual(again?.messageId, first.messageId)
      assert.deepStrictEqual(yield* reader.ack(reader.received.slice(1)), { done: 1, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect(
    "[G1] an ack whose answer is lost is reported as lost, though the message never comes again",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        const broker = yield* MemoryBroker
        yield* publishTexts(topic, ["m-1"])
        const reader = yield* read(clock, subscription)
        const received = [...(yield* reader.awaitReceived(1))]
        yield* broker.setFaults({ settleAnswersLost: 1 })
        assert.deepStrictEqual(yield* reader.ack(received), {
          done: 0,
          lost: lostAs("unanswered", received)
        })
        assert.deepStrictEqual((yield* broker.backlog(subscription)).unacknowledged, [])
        yield* clock.pass(Duration.seconds(2 * leaseSeconds))
        assert.strictEqual(reader.received.length, 1)
      }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("a publish whose request or answer is lost is answered as unavailable", () =>
    Effect.gen(function* () {
      const { topic } = yield* freshChannel
      const broker = yield* MemoryBroker
      const publisher = yield* Publisher
      yield* broker.setFaults({ publishRequestsLost: 1 })
      const request = yield* publisher.publish(topic, [messageOf("request")])
      yield* broker.setFaults({ publishRequestsLost: 0, publishAnswersLost: 1 })
      const answer = yield* publisher.publish(topic, [messageOf("answer")])
      for (const result of [...request, ...answer]) {
        assert.isTrue(Result.isFailure(result) && result.failure.reason._tag === "PubSubUnavailable")
      }
      assert.deepStrictEqual(textsOf(yield* broker.publishedTo(topic)), ["answer"])
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("publishing waits out a short outage, and gives up in a long one", () =>
    Effect.gen(function* () {
      const { topic } = yield* freshChannel
      const broker = yield* MemoryBroker
      const publish = Effect.flatMap(Publisher, (publisher) => publisher.publish(topic, [messageOf("m-1")]))
      const outcomeDuring = (outage: Duration.Duration) =>
        Effect.gen(function* () {
          yield* broker.makeUnavailable(outage)
          const fiber = yield* Effect.forkScoped(publish)
          yield* clock.eventually(
            "an answer",
            Effect.sync(() => fiber.pollUnsafe() !== undefined)
          )
          const [answer] = yield* fiber.pollUnsafe() ?? Effect.die(new Error("no answer"))
          return answer !== undefined && Result.isSuccess(answer)
        })
      assert.isTrue(yield* outcomeDuring(Duration.seconds(2)))
      assert.isFalse(yield* outcomeDuring(Duration.minutes(10)))
      const error = yield* Effect.flip((yield* PubSubAdmin).topicExists(topic))
      assert.isTrue(error.isRetryable)
      yield* broker.heal
      assert.strictEqual((yield* broker.publishedTo(topic)).length, 1)
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("a topic that goes missing refuses messages, and comes back with its subscription", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const publisher = yield* Publisher
      yield* broker.setTopicMissing(topic, true)
      const [refused] = yield* publisher.publish(topic, [messageOf("m-1")])
      assert.isTrue(refused !== undefined && Result.isFailure(refused))
      assert.isFalse(yield* (yield* PubSubAdmin).topicExists(topic))
      yield* broker.setTopicMissing(topic, false)
      yield* publishTexts(topic, ["m-2"])
      const reader = yield* read(clock, subscription)
      assert.deepStrictEqual(textsOf(yield* reader.awaitReceived(1)), ["m-2"])
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("a subscription that goes missing fails the stream, also while it is read", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, ["m-1"])
      const reader = yield* read(clock, subscription)
      const received = [...(yield* reader.awaitReceived(1))]
      yield* broker.setSubscriptionMissing(subscription, true)
      assert.strictEqual((yield* Effect.flip(reader.end)).reason._tag, "ResourceMissing")
      assert.deepStrictEqual(yield* reader.ack(received), { done: 0, lost: lostAs("refused", received) })
      yield* broker.setSubscriptionMissing(subscription, false)
      const heir = yield* read(clock, subscription)
      assert.deepStrictEqual(textsOf(yield* heir.awaitReceived(1)), ["m-1"])
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("the broker counts what is ready, leased and delayed, and remembers what was published", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, numbered(30))
      const reader = yield* read(clock, subscription, { messages: 4 })
      yield* reader.awaitReceived(4)
      yield* reader.open.stop
      yield* reader.ack(reader.received.slice(0, 1))
      yield* reader.release(reader.received.slice(1, 2), Duration.seconds(30))
      const { ready, leased, delayed, unacknowledged } = yield* broker.backlog(subscription)
      assert.deepStrictEqual({ ready, leased, delayed }, { ready: 26, leased: 2, delayed: 1 })
      assert.strictEqual(unacknowledged.length, 29)
      const remembered = yield* broker.publishedTo(topic)
      assert.isAtLeast(remembered.length, 10)
      assert.isAtMost(remembered.length, 20)
      assert.deepStrictEqual(textsOf(remembered.slice(-1)), numbered(30).slice(-1))
    }).pipe(Effect.provide(embeddedPorts({ history: 10 })))
  )

  it.effect("no batch is larger than the broker's, and publish times are whole milliseconds", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(25))
      const reader = yield* read(clock, subscription)
      yield* reader.awaitReceived(25)
      assert.deepStrictEqual(
        new Set(reader.received.map(({ publishTimeMicros }) => publishTimeMicros % 1_000)),
        new Set([0])
      )
      assert.strictEqual(reader.most.batch, 10)
    }).pipe(Effect.provide(embeddedPorts({ batchSize: 10 })))
  )
})
