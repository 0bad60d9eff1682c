/** The embedded Pub/Sub as tests of a program want it: with its topics, and with words for what they do most. */
import { Duration, Effect, Layer, Result } from "effect"
import { MemoryBroker, type MemoryBrokerOptions } from "../pubsub/memory/MemoryBroker.ts"
import { MemoryPubSub } from "../pubsub/memory/MemoryPubSub.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"

/**
 * The three ports on an embedded broker that has these topics, each with one subscription, and the broker, which breaks
 * whatever a test wants broken. Leases and waits follow the test's clock.
 *
 * **Shape**: `{ topic: subscription }`.
 */
export const testPubSub = (
  subscriptions: Readonly<Record<string, string>>,
  options: MemoryBrokerOptions = {}
): Layer.Layer<Subscriber | Publisher | PubSubAdmin | MemoryBroker, PubSubError> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      for (const [topic, subscription] of Object.entries(subscriptions)) {
        yield* admin.createTopic(topic)
        yield* admin.createSubscription({
          topic,
          subscription,
          ackDeadline: Duration.seconds(60),
          retention: Duration.days(7)
        })
      }
    })
  ).pipe(Layer.provideMerge(MemoryPubSub.layerWith(options)))

/** Publishes a message for each text, without attributes. **Errors**: one that is not accepted is a defect. */
export const publishTexts = (
  topic: string,
  ...texts: ReadonlyArray<string>
): Effect.Effect<void, never, Publisher> =>
  Effect.gen(function* () {
    const messages = texts.map((text) => ({
      data: new TextEncoder().encode(text),
      attributes: {},
      orderingKey: ""
    }))
    for (const answer of yield* (yield* Publisher).publish(topic, messages))
      if (Result.isFailure(answer)) return yield* Effect.die(answer.failure)
  })

/** The attributes of what was published to a topic, oldest first: of dead letters, why they are. */
export const attributesOf = (
  topic: string
): Effect.Effect<ReadonlyArray<Readonly<Record<string, string>>>, never, MemoryBroker> =>
  Effect.gen(function* () {
    const published = yield* (yield* MemoryBroker).publishedTo(topic)
    return published.map(({ attributes }) => attributes)
  })
