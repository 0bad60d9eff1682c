/** A subscription of ours on the scripted server, on a clock that a test moves. */
import { Duration, Effect, Fiber, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { PubSubSettings } from "../../../src/config/Settings.ts"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import type { OutstandingLimits } from "../../../src/pubsub/google/internal/Outstanding.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import type { SubscriptionOptions } from "../../../src/pubsub/SubscriptionOptions.ts"
import {
  type ScriptedMessage,
  type ScriptedPubSub,
  type ScriptedStatus,
  scriptedPubSub
} from "../../support/ScriptedPubSub.ts"

/** The full name of the subscription that {@link subscriber} opens. */
export const scriptedName = "projects/scripted/subscriptions/scripted-sub"

/** How a test differs from the usual. */
export interface SubscriberOptions {
  readonly messages?: number
  readonly bytes?: number
  /** Whether the server is taken for an emulator; by default for the service. */
  readonly isEmulator?: boolean
  readonly script?: ScriptedPubSub["script"]
  /** Options of the subscription beside its limits. */
  readonly options?: Omit<SubscriptionOptions, keyof OutstandingLimits | "subscription">
}

/** Settings of a server at `host:port`. */
export const settingsFor = (address: string): PubSubSettings => ({
  projectId: Option.some("scripted"),
  emulatorHost: Option.some(address),
  proxy: Option.none(),
  ordersTopic: "orders",
  ordersSubscription: "orders-sub",
  paymentsTopic: "payments",
  paymentsSubscription: "payments-sub",
  dlqTopic: "dead-letters",
  dlqSubscription: "dead-letters-sub"
})

/** Google's client on a scripted server. */
export const scriptedClient = (server: ScriptedPubSub, isEmulator = false): Layer.Layer<GoogleClient> =>
  Layer.effect(
    GoogleClient,
    Effect.map(GoogleClient, (client) => ({ ...client, isEmulator }))
  ).pipe(Layer.provide(GoogleClient.layer(settingsFor(server.address))), Layer.orDie)

/** Our publisher on a scripted server. */
export const scriptedPublisher = (server: ScriptedPubSub) =>
  GooglePublisher.layer.pipe(Layer.provide(scriptedClient(server)))

/** Starts a scripted server, opens a subscription on it, and reads it until the scope closes. */
export const subscriber = Effect.fnUntraced(function* (options: SubscriberOptions = {}) {
  const server = yield* scriptedPubSub
  server.script = options.script ?? {}
  const context = yield* Layer.build(
    GoogleSubscriber.layer.pipe(Layer.provide(scriptedClient(server, options.isEmulator)))
  )
  const open = yield* Subscriber.use((subscription) =>
    subscription.open({
      ...options.options,
      subscription: "scripted-sub",
      maxOutstandingMessages: options.messages ?? 1_000,
      maxOutstandingBytes: options.bytes ?? 64 * 1024 * 1024
    })
  ).pipe(Effect.provide(context))
  const received: Array<Delivery> = []
  const reading = yield* open.deliveries.pipe(
    Stream.runForEach((batch) => Effect.sync(() => void received.push(...batch))),
    Effect.forkScoped
  )
  return {
    server,
    open,
    /** Everything handed over so far. */
    received,
    ids: () => received.map(({ ackId }) => ackId),
    /** Waits until `deliveries` has ended. */
    end: Effect.andThen(
      until("the end of deliveries", () => reading.pollUnsafe() !== undefined),
      Fiber.join(reading)
    )
  }
})

/** Waits until the condition holds; meanwhile the test clock moves by little steps. */
export const until = (what: string, condition: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let step = 0; !condition(); step++) {
      if (step > 2_000) return yield* Effect.die(new Error(`never: ${what}`))
      yield* TestClock.adjust(Duration.millis(10))
      yield* realMoment
    }
  })

/** A subscriber that was handed so many deliveries, `m-1`, `m-2`, … */
export const holding = (count: number, options: SubscriberOptions = {}) =>
  Effect.gen(function* () {
    const subscription = yield* subscriber({ messages: 10_000, ...options })
    const { server, received } = subscription
    yield* until("a stream", () => server.streams.length > 0)
    server.streams[0]?.send(batch("m", count))
    yield* until("the deliveries", () => received.length === count)
    return subscription
  })

/** Waits for an effect's answer, the clock moving. */
export const answered = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* until("the answer", () => fiber.pollUnsafe() !== undefined)
    return yield* Fiber.join(fiber)
  })

/** The status of a server that is away. */
export const unavailable: ScriptedStatus = { code: 14, details: "away" }
/** Lets so many seconds pass, by the test clock. */
export const later = (seconds: number) => TestClock.adjust(Duration.seconds(seconds))

/** Lets what is on the wire arrive, while the test clock stands still. */
export const onTheWire: Effect.Effect<void> = Effect.forEach(
  Array.from({ length: 50 }),
  () => Effect.suspend(() => realMoment),
  {
    discard: true
  }
)

/** Messages with ids `prefix-1`, `prefix-2`, … */
export const batch = (prefix: string, count: number, orderingKey = ""): ReadonlyArray<ScriptedMessage> =>
  Array.from({ length: count }, (_, index) => ({ ackId: `${prefix}-${index + 1}`, orderingKey }))

const realMoment = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
