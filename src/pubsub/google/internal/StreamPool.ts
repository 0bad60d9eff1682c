import { randomUUID } from "node:crypto"
import { Clock, Effect, Latch } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { connectionProofMillis, leaseTickMillis, streamsOnEmulator, streamsOnService } from "../../Limits.ts"
import type { PubSubError } from "../../PubSubError.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { GoogleClient } from "../GoogleClient.ts"
import { callOnce } from "./Calls.ts"
import { throughProxy } from "./ErrorClassification.ts"
import type { HeldDeliveries } from "./HeldDeliveries.ts"
import type { HeldDelivery } from "./HeldDelivery.ts"
import type { PullRequest, PullResponse, PullStream } from "./PullStream.ts"
import { toDelivery } from "./ReceivedMessage.ts"
import { ReconnectingStream } from "./ReconnectingStream.ts"

/** Reads from the network streams of one subscription as long as there is room. */
export interface StreamPool {
  /**
   * Keeps the streams open until `stop`.
   *
   * **Errors**: `PubSubError`, not retryable.
   */
  readonly run: Effect.Effect<void, PubSubError>
  /** Reads what is on the wire, then nothing more. */
  readonly stop: () => void
  /** Pauses or resumes reading, as the limits leave room; to be called when that changed. */
  readonly regulate: () => void
  /** Asks the server for a word, where it has said nothing for a while. */
  readonly probe: () => void
  /** The limit of messages has changed: the streams are opened anew, with their shares of it. */
  readonly relimit: () => void
  readonly status: () => StreamPoolStatus
}

/** How the streams are. **Units**: `quietMillis` as in `DeliveryProgress`. */
export interface StreamPoolStatus {
  readonly connected: boolean
  readonly trouble: string
  readonly quietMillis: number
  readonly heardAtMillis: number
}

/** Makes the stream pool of one subscription. **Shape**: `received` gets what was just received, not handed over yet. */
export const makeStreamPool = Effect.fnUntraced(function* (
  client: GoogleClient["Service"],
  options: ResolvedOptions,
  heldDeliveries: HeldDeliveries,
  received: (held: ReadonlyArray<HeldDelivery>, exactlyOnce: boolean) => void
): Effect.fn.Return<StreamPool> {
  const clock = yield* Clock.Clock
  const connection = client.subscriber
  const unproven = yield* Latch.make()
  let exactlyOnce = false
  let isPaused = false
  let isStopped = false
  let quietSince = monotonicMillis(clock)
  let seenConnected = false

  const disturb = (): void => {
    quietSince = monotonicMillis(clock)
  }

  const responded = (response: PullResponse, stream: PullStream): void => {
    const now = monotonicMillis(clock)
    stream.heardAt = now
    if (response.subscriptionProperties?.messageOrderingEnabled === true) heldDeliveries.keepOrder()
    exactlyOnce = response.subscriptionProperties?.exactlyOnceDeliveryEnabled ?? exactlyOnce
    const messages = response.receivedMessages ?? []
    if (messages.length === 0) return
    stream.hasDelivered = true
    quietSince = now
    received(
      heldDeliveries.receive(messages.map(toDelivery), stream.credit, now, now + leaseTickMillis),
      exactlyOnce
    )
    regulate()
  }

  let request = streamRequest(options, options.maxOutstandingMessages, client.isEmulator)
  const streams = Array.from({ length: streamCount(options, client.isEmulator) }, () => {
    const clientId = randomUUID()
    return new ReconnectingStream({
      connection,
      request: () => ({ ...request, clientId }),
      clock,
      restsWhilePaused: client.isEmulator,
      responded,
      changed: () => {
        seenConnected = false
        disturb()
      }
    })
  })

  const regulate = (): void => {
    // Opening streams costs something: where a pause ends them, it lasts until there is room for many deliveries.
    const hasRoom = isPaused && client.isEmulator ? heldDeliveries.isHalfEmpty : !heldDeliveries.isFull
    if (hasRoom === isPaused) {
      isPaused = !isPaused
      disturb()
      for (const stream of streams) {
        if (isPaused) stream.pause()
        else stream.resume()
      }
    }
    // The service counts what is set aside as outstanding on its stream: a fresh stream starts from nothing.
    if (client.isEmulator) return
    for (const stream of streams) if (isHalfSpent(stream.current, request)) stream.renew()
  }

  const troubleOf = (closed: ReconnectingStream | undefined): string => {
    if (isStopped) return "intake is stopped"
    if (!connection.isSilent) return closed?.trouble ?? ""
    const seconds = Math.floor(connection.silentMillis / 1000)
    return `Pub/Sub has left everything unanswered for ${seconds} s${throughProxy(connection.proxy)}`
  }

  return {
    run: Effect.raceAllFirst([
      Effect.forEach(streams, (stream) => stream.run, { concurrency: "unbounded", discard: true }),
      keepHeartbeat({ streams, options, isEmulator: client.isEmulator, clock, isPaused: () => isPaused }),
      proveWhenAsked(connection, options, unproven)
    ]),
    regulate,
    probe: () => {
      const since = Math.max(quietSince, connection.steadySince, connection.heardAt)
      if (monotonicMillis(clock) - since >= connectionProofMillis) unproven.openUnsafe()
    },
    relimit: () => {
      request = streamRequest(options, heldDeliveries.maxMessages, client.isEmulator)
      for (const stream of streams) stream.renew()
    },
    stop: () => {
      isStopped = true
      for (const stream of streams) stream.stop()
    },
    status: () => {
      const closed = streams.find((stream) => !stream.isOpen)
      const { isSilent } = connection
      const connected = closed === undefined && !isStopped && !isSilent
      if (connected && !seenConnected) disturb()
      seenConnected = connected
      const since = Math.max(quietSince, connection.steadySince)
      const isQuiet = connected && !isPaused && !heldDeliveries.hasParked
      return {
        connected,
        trouble: troubleOf(closed),
        // Only up to the last word of the server: what came later may be on its way, or swallowed.
        quietMillis: isQuiet ? Math.max(0, connection.heardAt - since) : 0,
        heardAtMillis: connection.heardAt
      }
    }
  }
})

/** Shows on each stream that we are there, and rebuilds those on which the service does not answer; emulators never do. */
const keepHeartbeat = ({
  streams,
  options,
  isEmulator,
  clock,
  isPaused
}: {
  readonly streams: ReadonlyArray<ReconnectingStream>
  readonly options: ResolvedOptions
  readonly isEmulator: boolean
  readonly clock: Clock.Clock
  readonly isPaused: () => boolean
}): Effect.Effect<never> => {
  const beat = Effect.sync(() => {
    for (const { current } of streams) current?.beat()
  })
  const listen = Effect.suspend(() => {
    const beatAt = monotonicMillis(clock)
    const beaten = streams.map(({ current }) => current)
    return Effect.map(Effect.sleep(options.heartbeatAnswerMillis), () => {
      if (isPaused()) return
      for (const stream of beaten) if (stream !== undefined && stream.heardAt < beatAt) stream.cancel()
    })
  })
  return Effect.sleep(options.heartbeatMillis).pipe(
    Effect.andThen(beat),
    Effect.andThen(isEmulator ? Effect.void : listen),
    Effect.forever
  )
}

/** Asks something of no account: any answer, be it a refusal, proves that nothing else is on its way to us. */
const proveWhenAsked = (
  connection: GoogleClient["Service"]["subscriber"],
  { settleCallMillis, subscription }: ResolvedOptions,
  asked: Latch.Latch
): Effect.Effect<never> =>
  asked.await.pipe(
    Effect.andThen(
      callOnce(connection, "get subscription", subscription, settleCallMillis, (api, callOptions) =>
        api.getSubscription({ subscription }, callOptions)
      )
    ),
    Effect.ignore,
    Effect.andThen(Effect.sync(() => asked.closeUnsafe())),
    Effect.andThen(Effect.sleep(connectionProofMillis)),
    Effect.forever
  )

const streamCount = (options: ResolvedOptions, isEmulator: boolean): number =>
  Math.min(
    options.streams ?? (isEmulator ? streamsOnEmulator : streamsOnService),
    options.maxOutstandingMessages
  )

const streamRequest = (options: ResolvedOptions, maxMessages: number, isEmulator: boolean) => {
  const streams = streamCount(options, isEmulator)
  return {
    subscription: options.subscription,
    streamAckDeadlineSeconds: options.leaseSeconds,
    maxOutstandingMessages: Math.ceil(maxMessages / streams),
    maxOutstandingBytes: Math.max(options.streamMinBytes, Math.ceil(options.maxOutstandingBytes / streams)),
    // Version 1 has the service answer each heartbeat; emulators would leave it open.
    protocolVersion: isEmulator ? 0 : 1
  } satisfies PullRequest
}

const isHalfSpent = (stream: PullStream | undefined, request: ReturnType<typeof streamRequest>): boolean =>
  stream !== undefined &&
  (stream.credit.asideMessages * 2 >= request.maxOutstandingMessages ||
    stream.credit.asideBytes * 2 >= request.maxOutstandingBytes)
