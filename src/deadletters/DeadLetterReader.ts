/** Looks through a dead-letter subscription without consuming it. */
import { Clock, Duration, Effect, Latch, type Scope, Stream } from "effect"
import type { TooManyHeldIds } from "../pubsub/HeldIds.ts"
import type { Delivery } from "../pubsub/Message.ts"
import { noAnswer, PubSubError, PubSubUnavailable } from "../pubsub/PubSubError.ts"
import { Subscriber, type Subscription } from "../pubsub/Subscriber.ts"
import type { SubscriptionOptions } from "../pubsub/SubscriptionOptions.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import {
  lookBatch,
  lookOutstandingBytes,
  lookOutstandingMessages,
  lookQuietSeconds,
  lookReleaseSeconds,
  lookStreams,
  lookTickMillis,
  lookUnconnectedSeconds
} from "./Limits.ts"
import { type ReceivedDeadLetter, receivedDeadLetter } from "./ReceivedDeadLetter.ts"

/** What is done with dead letters; answers whether the look goes on. */
export type Visit<E, R> = (
  letters: ReadonlyArray<ReceivedDeadLetter>
) => Effect.Effect<"go-on" | "enough", E, R>

/** How a look goes. */
export interface LookOptions<E = never, R = never> {
  /** Go on after the first silence, until it is stopped. */
  readonly follow?: boolean
  /** Called once, at the first silence, where the look goes on after it. */
  readonly onQuiet?: Effect.Effect<void>
  /** Run once nothing more is visited, while what visits left held is still held by its id: to settle some of it. */
  readonly beforeRelease?: Effect.Effect<void, E, R>
}

/** What a look has seen so far. */
export interface LookTotals {
  /** Messages, each counted once, however often it came. */
  readonly letters: number
  /** **Units**: bytes as delivered, attributes and ids included; what came again counts again. */
  readonly bytes: number
  /** Why the look ended; undefined while it goes on. `full`: no more can be held, so the view is partial. */
  readonly ended: "quiet" | "enough" | "full" | "stopped" | undefined
}

/** A dead-letter subscription that is looked through once. */
export interface DeadLetterReader {
  /** Through which a visit may settle what it was given. */
  readonly subscription: Subscription
  /**
   * Visits every dead letter once, in batches. What a visit leaves held is held by its id until the end, so that it
   * does not come again, and released then, all together.
   *
   * It ends when nothing new has come for 5 s; when a visit has seen enough; when more would be held than `heldIds.max`;
   * or after `stop`.
   *
   * **Errors**: `PubSubError`: the subscription is missing or access denied; or Pub/Sub was not connected for 10 s.
   * **Guarantee**: consumes nothing by itself. A killed look hides what it held for one lease of held ids, 60 s.
   */
  readonly look: <E, R>(
    visit: Visit<E, R>,
    options?: LookOptions<E, R>
  ) => Effect.Effect<LookTotals, PubSubError | E, R>
  /** Ends the look before its next batch. */
  readonly stop: Effect.Effect<void>
  readonly totals: () => LookTotals
}

/** How much a look takes on; what is left out is as {@link lookOutstandingMessages} and the limits beside it say. */
export type LookLimits = Partial<
  Pick<SubscriptionOptions, "heldIds" | "maxOutstandingMessages" | "maxOutstandingBytes" | "streams">
>

/** Opens a dead-letter subscription for the life of the scope. */
export const openDeadLetters = (
  name: string,
  limits: LookLimits = {}
): Effect.Effect<DeadLetterReader, never, Subscriber | Scope.Scope> =>
  Effect.gen(function* () {
    const subscription = yield* Effect.flatMap(Subscriber, (subscriber) =>
      subscriber.open({
        maxOutstandingMessages: lookOutstandingMessages,
        maxOutstandingBytes: lookOutstandingBytes,
        streams: { count: lookStreams },
        ...limits,
        subscription: name
      })
    )
    const inbox = makeInbox(subscription)
    const seen: Seen = { letters: 0, bytes: 0, ended: undefined, kept: new Set() }
    return {
      subscription,
      look: (visit, options = {}) => lookThrough({ subscription, inbox, seen }, visit, options),
      stop: inbox.stop,
      totals: () => ({ letters: seen.letters, bytes: seen.bytes, ended: seen.ended })
    }
  })

/** What was received and not visited yet. */
interface Inbox {
  /** Receives until it is interrupted, pausing while there are two batches. */
  readonly fill: Effect.Effect<void, PubSubError>
  /** The next batch; empty where nothing came within a tick. */
  readonly next: Effect.Effect<ReadonlyArray<Delivery>>
  readonly stop: Effect.Effect<void>
  readonly isStopped: () => boolean
}

const makeInbox = (subscription: Subscription): Inbox => {
  const waiting: Array<Delivery> = []
  const something = Latch.makeUnsafe(false)
  const room = Latch.makeUnsafe(true)
  let isStopped = false
  const take = Effect.sync(() => {
    const batch = waiting.splice(0, lookBatch)
    if (waiting.length === 0 && !isStopped) something.closeUnsafe()
    if (waiting.length < lookBatch) room.openUnsafe()
    return batch
  })
  return {
    fill: subscription.deliveries.pipe(
      Stream.runForEach((batch) => {
        for (const delivery of batch) waiting.push(delivery)
        something.openUnsafe()
        if (waiting.length >= lookBatch) room.closeUnsafe()
        return room.await
      })
    ),
    next: Effect.andThen(Effect.timeoutOption(something.await, Duration.millis(lookTickMillis)), take),
    stop: Effect.sync(() => {
      isStopped = true
      something.openUnsafe()
    }),
    isStopped: () => isStopped
  }
}

interface Seen {
  letters: number
  bytes: number
  ended: LookTotals["ended"]
  /** The ids of the messages that a visit left held: they need no second visit where they come again. */
  readonly kept: Set<string>
}

interface Looking {
  readonly subscription: Subscription
  readonly inbox: Inbox
  readonly seen: Seen
}

const lookThrough = <E, R>(
  looking: Looking,
  visit: Visit<E, R>,
  { beforeRelease = Effect.void, follow = false, onQuiet = Effect.void }: LookOptions<E, R>
): Effect.Effect<LookTotals, PubSubError | E, R> =>
  Effect.gen(function* () {
    const { inbox, seen, subscription } = looking
    const silence = yield* makeSilence(subscription)
    const visitAll = Effect.gen(function* () {
      let wasQuiet = false
      while (seen.ended === undefined) {
        const batch = inbox.isStopped() ? [] : yield* inbox.next
        if (inbox.isStopped()) seen.ended = "stopped"
        else if (batch.length > 0) {
          const { isNew, ended } = yield* visited(looking, batch, visit)
          seen.ended = ended
          silence.broken(isNew)
        } else if (yield* silence.isLong(follow)) {
          if (!follow) seen.ended = "quiet"
          else if (!wasQuiet) {
            wasQuiet = true
            yield* onQuiet
          }
        }
      }
    })
    // The reading ends by itself only with an error, or where somebody else has stopped the subscription.
    yield* Effect.raceFirst(visitAll, Effect.andThen(inbox.fill, Effect.never))
    yield* subscription.stop
    yield* beforeRelease
    yield* Effect.timeoutOption(subscription.heldIds.releaseAll, Duration.seconds(lookReleaseSeconds))
    return { letters: seen.letters, bytes: seen.bytes, ended: seen.ended }
  })

/** Visits what was not visited before, and holds by its id what is still held then. */
const visited = Effect.fnUntraced(function* <E, R>(
  { seen, subscription }: Looking,
  batch: ReadonlyArray<Delivery>,
  visit: Visit<E, R>
) {
  const toVisit = new Map<string, Delivery>()
  for (const delivery of batch) {
    seen.bytes += delivery.bytes
    if (!seen.kept.has(delivery.messageId) && !toVisit.has(delivery.messageId))
      toVisit.set(delivery.messageId, delivery)
  }
  seen.letters += toVisit.size
  const answer = toVisit.size === 0 ? "go-on" : yield* visit([...toVisit.values()].map(receivedDeadLetter))
  const held = batch.filter(subscription.isHeld)
  for (const { messageId } of held) seen.kept.add(messageId)
  const ended: LookTotals["ended"] = yield* subscription.heldIds.hold(held).pipe(
    Effect.as(answer === "enough" ? ("enough" as const) : undefined),
    // What could not be held is released with the rest, at once.
    Effect.catchTag("TooManyHeldIds", (_: TooManyHeldIds) => Effect.succeed("full" as const))
  )
  return { isNew: toVisit.size > 0, ended }
})

/** Whether it has been quiet for long enough. */
interface Silence {
  /** Something came; `isNew`: and not only what had come before. */
  readonly broken: (isNew: boolean) => void
  /** **Errors**: `PubSubError` where Pub/Sub was not connected for 10 s, unless it is waited for. */
  readonly isLong: (waits: boolean) => Effect.Effect<boolean, PubSubError>
}

const makeSilence = (subscription: Subscription): Effect.Effect<Silence> =>
  Effect.map(Clock.Clock, (clock) => {
    const quietMillis = lookQuietSeconds * 1000
    const now = () => monotonicMillis(clock)
    let newAt = now()
    let connectedAt = now()
    let onlyRepeats = false
    return {
      broken: (isNew) => {
        if (isNew) newAt = now()
        onlyRepeats = !isNew
      },
      isLong: Effect.fnUntraced(function* (waits) {
        const { connected, error, trouble } = yield* subscription.status
        // Nothing new can come, and what is left has come: there is no connection to wait for.
        if (error?.isRetryable === true) return now() - newAt >= quietMillis
        if (!connected) {
          newAt = now()
          if (waits || now() - connectedAt < lookUnconnectedSeconds * 1000) return false
          const reason = new PubSubUnavailable({ detail: trouble || noAnswer, cause: undefined })
          return yield* new PubSubError({ operation: "pull", resource: subscription.name, reason })
        }
        connectedAt = now()
        // What comes again and again, because its leases are lost, must not keep a look going.
        if (onlyRepeats && now() - newAt >= quietMillis) return true
        yield* subscription.probe
        const progress = subscription.progress === undefined ? undefined : yield* subscription.progress
        return (progress?.quietMillis ?? now() - newAt) >= quietMillis
      })
    }
  })
