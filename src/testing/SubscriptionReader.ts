/** Topics of a test's own, and a reader that collects what a subscription delivers. */
import { randomUUID } from "node:crypto"
import { assert } from "@effect/vitest"
import { Duration, Effect, Fiber, Option, Result, Stream } from "effect"
import type { Delivery, Message } from "../pubsub/Message.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { LostDelivery, LostReason, Settled } from "../pubsub/Settled.ts"
import { type DeliveryProgress, Subscriber, type Subscription } from "../pubsub/Subscriber.ts"
import type { SubscriptionOptions } from "../pubsub/SubscriptionOptions.ts"
import type { SuiteClock } from "./SuiteClock.ts"

/** A topic and its subscription, which no other test knows. */
export interface Channel {
  readonly topic: string
  readonly subscription: string
}

/** A name that no other test, and no other run against the same server, uses. */
export const freshName = (kind: string): string => `suite-${kind}-${randomUUID()}`

/** Creates a topic and its subscription. */
export const freshChannel = Effect.gen(function* () {
  const admin = yield* PubSubAdmin
  const channel: Channel = { topic: freshName("topic"), subscription: freshName("sub") }
  yield* admin.createTopic(channel.topic)
  yield* admin.createSubscription({
    ...channel,
    ackDeadline: Duration.seconds(60),
    retention: Duration.days(7)
  })
  return channel
})

/** A message whose data is the text, stretched to so many bytes. */
export const messageOf = (text: string, bytes = text.length): Message => ({
  data: new TextEncoder().encode(text.padEnd(bytes, ".")),
  attributes: {},
  orderingKey: ""
})

/** The texts of messages made by {@link messageOf}, sorted. */
export const textsOf = (messages: ReadonlyArray<Message>): ReadonlyArray<string> =>
  messages.map((message) => new TextDecoder().decode(message.data).replace(/\.+$/, "")).sort()

/** `m-1`, `m-2`, … sorted as {@link textsOf} sorts. */
export const numbered = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, i) => `m-${i + 1}`).sort()

/** Publishes and expects every message to be accepted; answers the message ids. */
export const publishAll = (topic: string, messages: ReadonlyArray<Message>) =>
  Effect.gen(function* () {
    const answers = yield* (yield* Publisher).publish(topic, messages)
    return answers.map((answer) => Result.getOrThrowWith(answer, (error) => new Error(error.message)))
  })

/** Publishes a message for each text. */
export const publishTexts = (topic: string, texts: ReadonlyArray<string>, bytes?: number) =>
  publishAll(
    topic,
    texts.map((text) => messageOf(text, bytes))
  )

/** Collects what a subscription delivers, and settles only what it is told to. */
export interface Reader {
  readonly open: Subscription
  /** Everything ever delivered, in order. */
  readonly received: ReadonlyArray<Delivery>
  /** What is delivered and not yet settled, by ack id. */
  readonly inHand: ReadonlyMap<string, Delivery>
  /** The most that was in hand at once, and came at once. **Units**: `bytes` of data, the others deliveries. */
  readonly most: { messages: number; bytes: number; batch: number }
  /** Waits until so many deliveries were received, and answers them. */
  readonly awaitReceived: (count: number) => Effect.Effect<ReadonlyArray<Delivery>>
  /** Takes one out of `inHand`, because it is held by its id. */
  readonly letGo: (delivery: Delivery) => void
  readonly ack: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<Settled>
  readonly release: (deliveries: ReadonlyArray<Delivery>, delay?: Duration.Duration) => Effect.Effect<Settled>
  /** Waits for the stream's end. */
  readonly end: Effect.Effect<void, PubSubError>
}

/** How much a reader takes, and how. */
export interface ReaderLimits
  extends Omit<SubscriptionOptions, "subscription" | "maxOutstandingMessages" | "maxOutstandingBytes"> {
  readonly messages?: number
  readonly bytes?: number
}

/** Deliveries that a request did not settle, all for one reason. */
export const lostAs = (
  reason: LostReason,
  deliveries: ReadonlyArray<Delivery>
): ReadonlyArray<LostDelivery> => deliveries.map((delivery) => ({ delivery, reason }))

/** The progress of a reader, which every implementation of the suite tells; asks for a word of the server. */
export const progressOf = ({ open }: Reader): Effect.Effect<DeliveryProgress> =>
  Effect.andThen(
    open.probe,
    open.progress ?? Effect.die(new Error(`${open.name} does not tell its progress`))
  )

/** Opens a subscription and reads it until the scope closes. */
export const read = (
  clock: SuiteClock,
  subscription: string,
  { messages, bytes, ...options }: ReaderLimits = {}
) =>
  Effect.gen(function* () {
    const open = yield* (yield* Subscriber).open({
      ...options,
      subscription,
      maxOutstandingMessages: messages ?? 1_000,
      maxOutstandingBytes: bytes ?? 64 * 1_024 * 1_024
    })
    const received: Array<Delivery> = []
    const inHand = new Map<string, Delivery>()
    const most = { messages: 0, bytes: 0, batch: 0 }
    const fiber = yield* open.deliveries.pipe(
      Stream.runForEach((batch) =>
        Effect.sync(() => {
          assert.isAbove(batch.length, 0)
          received.push(...batch)
          for (const delivery of batch) inHand.set(delivery.ackId, delivery)
          most.batch = Math.max(most.batch, batch.length)
          most.messages = Math.max(most.messages, inHand.size)
          most.bytes = Math.max(most.bytes, dataBytes(inHand.values()))
        })
      ),
      // supervised: `end` and `awaitReceived` join it
      Effect.forkScoped
    )
    // Before the request, not after: the server may fill the freed place before its answer is here.
    const letGo = (deliveries: ReadonlyArray<Delivery>) =>
      Effect.sync(() => {
        for (const delivery of deliveries) inHand.delete(delivery.ackId)
      })
    const hasReceived = (count: number) =>
      Effect.gen(function* () {
        const exit = Option.fromUndefinedOr(fiber.pollUnsafe())
        if (received.length < count && Option.isSome(exit))
          return yield* Effect.orDie(Fiber.join(fiber).pipe(Effect.as(true)))
        return received.length >= count
      })
    const reader: Reader = {
      open,
      received,
      inHand,
      most,
      awaitReceived: (count) =>
        Effect.as(clock.eventually(`${count} deliveries of ${subscription}`, hasReceived(count)), received),
      letGo: ({ ackId }) => {
        inHand.delete(ackId)
      },
      ack: (deliveries) => Effect.andThen(letGo(deliveries), open.ack(deliveries)),
      release: (deliveries, delay) => Effect.andThen(letGo(deliveries), open.release(deliveries, delay)),
      end: Effect.gen(function* () {
        yield* clock.eventually(
          `the end of ${subscription}`,
          Effect.sync(() => fiber.pollUnsafe() !== undefined)
        )
        return yield* Fiber.join(fiber)
      })
    }
    return reader
  })

/** Reads a subscription only for as long as the effect runs. */
export const reading = <A, E, R>(
  clock: SuiteClock,
  subscription: string,
  use: (reader: Reader) => Effect.Effect<A, E, R>
) => Effect.scoped(Effect.flatMap(read(clock, subscription), use))

const dataBytes = (deliveries: Iterable<Delivery>): number => {
  let bytes = 0
  for (const { data } of deliveries) bytes += data.byteLength
  return bytes
}

/** For what a test has awaited: fails where it is not there. */
export const never = (): never => {
  throw new Error("awaited and not there")
}
