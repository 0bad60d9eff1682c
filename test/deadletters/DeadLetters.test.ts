import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { DeadLetters } from "../../src/deadletters/DeadLetters.ts"
import { deadLetterDelayMillis } from "../../src/deadletters/Limits.ts"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../src/pubsub/memory/MemoryPublisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { deliveryOf } from "../support/Samples.ts"

const topic = "dlq_payments_data"

const ports = DeadLetters.layer({ topic, appVersion: "1.2.3" }).pipe(
  Layer.provideMerge(Layer.mergeAll(MemoryPublisher.layer, MemoryAdmin.layer)),
  Layer.provideMerge(MemoryBroker.layer)
)

const letter = (messageId: string) => ({
  delivery: deliveryOf(messageId),
  subscription: "projects/p/subscriptions/s",
  reason: "undecodable" as const,
  error: "Expected JSON"
})

/** Published, and waited for others as they may. */
const published = Effect.fnUntraced(function* (...messageIds: ReadonlyArray<string>) {
  const deadLetters = yield* DeadLetters
  const publishing = yield* Effect.forkChild(deadLetters.publish(messageIds.map(letter)), {
    startImmediately: true
  })
  yield* TestClock.adjust(deadLetterDelayMillis)
  return yield* Fiber.join(publishing)
})

describe("DeadLetters", () => {
  it.effect("[G1] answers each dead letter in order, once the server has it", () =>
    Effect.gen(function* () {
      yield* PubSubAdmin.use((admin) => admin.createTopic(topic))
      const answers = yield* published("a", "b", "c")
      assert.isTrue(answers.every(Result.isSuccess))
      const messages = yield* MemoryBroker.use((broker) => broker.publishedTo(topic))
      assert.deepStrictEqual(
        messages.map(({ attributes }) => attributes["dlq-message-id"]),
        ["a", "b", "c"]
      )
    }).pipe(Effect.provide(ports))
  )

  it.effect("[G4] a missing topic fails each dead letter, and says which it is", () =>
    Effect.gen(function* () {
      const [answer] = yield* published("a")
      if (answer === undefined || Result.isSuccess(answer)) return assert.fail("published to nowhere")
      assert.strictEqual(answer.failure.reason._tag, "ResourceMissing")
      assert.match(answer.failure.message, /^publish projects\/.*: it does not exist$/)
    }).pipe(Effect.provide(ports))
  )
})
