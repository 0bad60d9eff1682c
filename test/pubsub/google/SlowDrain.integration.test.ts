/** What becomes of a backlog that takes longer to work off than a lease lasts. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { GoogleAdmin } from "../../../src/pubsub/google/GoogleAdmin.ts"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import { freshChannel, numbered, publishTexts, textsOf } from "../../../src/testing/SubscriptionReader.ts"
import { describeWith, emulatorHost } from "../../support/TestServices.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

const ports = Layer.mergeAll(GoogleSubscriber.layer, GooglePublisher.layer, GoogleAdmin.layer).pipe(
  Layer.provide(GoogleClient.layer(settingsFor(emulatorHost ?? "")))
)

const backlog = 6_000
const batchMillis = 250

describeWith("pubsub")("A slow drain on the emulator, which sends even to streams that nobody reads", () => {
  it.live(
    "[G6] a backlog that takes longer than a lease to work off is received once, each message",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        yield* publishTexts(topic, numbered(backlog))
        const open = yield* (yield* Subscriber).open({
          subscription,
          maxOutstandingMessages: 1_000,
          maxOutstandingBytes: 64 * 1024 * 1024
        })
        // As slow as a table can be: the pause is the work, not a wait for a state.
        const received = yield* open.deliveries.pipe(
          Stream.tap((batch) => Effect.delay(open.ack(batch), batchMillis)),
          Stream.flatMap((batch) => Stream.fromIterable(batch)),
          Stream.take(backlog),
          Stream.runCollect
        )
        assert.isAbove((backlog / 100) * batchMillis, leaseSeconds * 1000)
        assert.deepStrictEqual(textsOf(received), numbered(backlog))
      }).pipe(Effect.provide(ports)),
    120_000
  )
})
