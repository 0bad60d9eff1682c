import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { MemoryAdmin } from "../../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../../src/pubsub/memory/MemoryPublisher.ts"
import { Publisher } from "../../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"

const accepted = (messageId: string) => ({
  data: Uint8Array.of(1, 2, 3),
  attributes: { key: "value" },
  orderingKey: "k",
  messageId,
  publishTimeMicros: 1_700_000_000_000_001
})

describe("messages that were accepted before", () => {
  it.effect("keep their ids and publish times, and no later message gets an id of theirs", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const { acceptAgain, backlog } = yield* MemoryBroker
      yield* admin.createTopic("topic")
      const options = { ackDeadline: Duration.seconds(60), retention: Duration.days(7) }
      yield* admin.createSubscription({ topic: "topic", subscription: "subscription", ...options })
      yield* acceptAgain("topic", [accepted("41"), accepted("not a number"), accepted("7")])
      const message = { data: Uint8Array.of(4), attributes: {}, orderingKey: "" }
      yield* (yield* Publisher).publish("topic", [message])
      const { unacknowledged } = yield* backlog("subscription")
      assert.deepStrictEqual(
        unacknowledged.map(({ messageId }) => messageId),
        ["41", "not a number", "7", "42"]
      )
      const [{ bytes = 0, ...first } = {}] = unacknowledged
      assert.deepStrictEqual(first, accepted("41"))
      assert.isAbove(bytes, 0)
    }).pipe(
      Effect.provide(
        Layer.mergeAll(MemoryPublisher.layer, MemoryAdmin.layer).pipe(
          Layer.provideMerge(MemoryBroker.layerWith({}))
        )
      )
    )
  )
})
