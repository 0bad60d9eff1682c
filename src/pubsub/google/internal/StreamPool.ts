import { randomUUID } from "node:crypto"
import { Clock, Effect } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import {
  connectionProofMillis,
  leaseTickMillis,
  sourceProofMillis,
  streamsOnEmulator,
  streamsOnService
} from "../../Limits.ts"
import type { PubSubError } from "../../PubSubError.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { GoogleClient } from "../GoogleClient.ts"
import { throughProxy } from "./ErrorClassification.ts"
import type { HeldDeliveries } from "./HeldDeliveries.ts"
import type { HeldDelivery } from "./HeldDelivery.ts"
import type { PullRequest, PullResponse, PullStream } from "./PullStream.ts"
import { toDelivery } from "./ReceivedMessage.ts"
import { ReconnectingStream } from "./ReconnectingStream.ts"
import { makeSourceCheck } from "./SourceCheck.ts"
import { keepHeartbeat } from "./StreamHeartbeat.ts"
import { StreamQuiet } from "./StreamQuiet.ts"

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
  /** Set where the trouble is that nothing new can come. */
  readonly error: PubSubError | undefined
  /** When it was last tried to open the stream that is missing; undefined where none is. */
  readonly triedAtMillis: number | undefined
  readonly quietMillis: number
  readonly mayBeLost: boolean
  readonly provenAtMillis: number
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
  const source = yield* makeSourceCheck(connection, options, () => {
    for (const stream of streams) stream.renew()
  })
  let exactlyOnce = false
  let isPaused = false
  let isStopped = false
  const quiet = new StreamQuiet({ clock, connection, source, leaseSeconds: options.leaseSeconds })

  const responded = (response: PullResponse, stream: PullStream): void => {
    const now = monotonicMillis(clock)
    stream.heardAt = now
    if (response.subscriptionProperties?.messageOrderingEnabled === true) heldDeliveries.keepOrder()
    exactlyOnce = response.subscriptionProperties?.exactlyOnceDeliveryEnabled ?? exactlyOnce
    const messages = response.receivedMessages ?? []
    if (messages.length === 0) return
    stream.hasDelivered = true
    stream.deliveredAt = now
    quiet.disturb()
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
      opened: () => quiet.streamOpened(),
      ended: (loss) => quiet.streamEnded(loss)
    })
  })

  const regulate = (): void => {
    // Opening streams costs something: where a pause ends them, it lasts until there is room for many deliveries.
    const { room } = heldDeliveries
    const hasRoom = isPaused && client.isEmulator ? room.isHalfEmpty : !room.isFull
    if (hasRoom === isPaused) {
      isPaused = !isPaused
      quiet.disturb()
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
    if (!connection.isSilent) return closed?.trouble ?? source.error()?.message ?? ""
    const seconds = Math.floor(connection.silentMillis / 1000)
    return `Pub/Sub has left everything unanswered for ${seconds} s${throughProxy(connection.proxy)}`
  }

  return {
    run: Effect.raceAllFirst([
      Effect.forEach(streams, (stream) => stream.run, { concurrency: "unbounded", discard: true }),
      keepHeartbeat({ streams, options, isEmulator: client.isEmulator, clock, isPaused: () => isPaused }),
      source.run
    ]),
    regulate,
    probe: () => {
      if (quiet.unprovenMillis >= connectionProofMillis) source.ask()
    },
    relimit: () => {
      request = streamRequest(options, heldDeliveries.room.maxMessages, client.isEmulator)
      for (const stream of streams) stream.renew()
    },
    stop: () => {
      isStopped = true
      for (const stream of streams) stream.stop()
    },
    status: () => {
      const closed = streams.find((stream) => !stream.isOpen)
      const { isSilent } = connection
      const error = source.error()
      const connected = closed === undefined && !isStopped && !isSilent && error === undefined
      quiet.observe(connected)
      if (quiet.unprovenMillis >= sourceProofMillis) source.ask()
      const isQuiet = connected && !isPaused && !heldDeliveries.hasParked
      return {
        connected,
        trouble: troubleOf(closed),
        error,
        triedAtMillis: isStopped ? undefined : closed?.triedAt,
        quietMillis: isQuiet ? quiet.provenMillis : 0,
        mayBeLost: quiet.mayBeLost,
        provenAtMillis: quiet.provenAt,
        heardAtMillis: connection.heardAt
      }
    }
  }
})

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
