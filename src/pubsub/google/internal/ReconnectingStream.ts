import type { v1 } from "@google-cloud/pubsub"
import { type Clock, Effect, Latch } from "effect"
import { retryDelay } from "../../../time/Backoff.ts"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { leaseSeconds, streamOpenMillis, streamProvenMillis, streamRetireMillis } from "../../Limits.ts"
import { PubSubError } from "../../PubSubError.ts"
import { type Connection, connectionLost } from "./Connection.ts"
import { classify, isCutOff } from "./ErrorClassification.ts"
import {
  isRoutineEnd,
  type PullRequest,
  type PullResponse,
  PullStream,
  type PullStub,
  pullStub,
  routineEnd,
  type StreamEnd
} from "./PullStream.ts"

/** What a stream needs to know of its subscription. */
export interface ReconnectingStreamOptions {
  readonly connection: Connection<v1.SubscriberClient>
  /** What it is opened with each time. Its limits are those of this one stream. */
  readonly request: () => PullRequest
  readonly clock: Clock.Clock
  /**
   * Whether a pause ends the stream, after what is on the wire was received. An emulator goes on sending to a stream
   * that nobody reads, and the leases of what it sends run out unseen.
   */
  readonly restsWhilePaused: boolean
  readonly responded: (response: PullResponse, stream: PullStream) => void
  readonly opened: () => void
  readonly ended: (loss: StreamLoss) => void
}

/**
 * What the server has sent into a stream and nobody has read: nothing; what was on its way; or also what it goes on
 * sending, since it does not know yet that the stream is dead.
 */
export type StreamLoss = "nothing" | "on-its-way" | "sent-on"

/** Keeps one network stream open: opens it again when it ends, and gives up only where that cannot help. */
export class ReconnectingStream {
  /** Why there is no open stream; empty when there is. */
  trouble = "connecting"
  /** When it was last tried to open a stream; when this was made, before the first time. **Units**: ms of the clock. */
  triedAt: number
  readonly #options: ReconnectingStreamOptions
  readonly #retiring = Latch.makeUnsafe()
  readonly #stopping = Latch.makeUnsafe()
  readonly #resumed = Latch.makeUnsafe(true)
  #stream: PullStream | undefined
  /** Whether there is no stream because of a pause. */
  #isResting = false
  /** Whether the stream replaces one that worked: then it is taken to be open before it has shown it. */
  #isReplacement = false

  constructor(options: ReconnectingStreamOptions) {
    this.#options = options
    this.triedAt = monotonicMillis(options.clock)
  }

  /** The network stream that is open now, if one is. */
  get current(): PullStream | undefined {
    return this.#stream
  }

  /** Whether a stream is open, as far as one can know: an emulator says nothing until it has something to deliver. */
  get isOpen(): boolean {
    if (this.#isResting) return true
    if (this.#stream === undefined || !this.#stream.isConnected) return false
    if (this.#isReplacement || this.#stream.hasAnswered) return true
    return monotonicMillis(this.#options.clock) - this.#stream.openedAt >= streamOpenMillis
  }

  pause(): void {
    this.#resumed.closeUnsafe()
    if (this.#options.restsWhilePaused) this.renew()
    else this.#stream?.pause()
  }

  resume(): void {
    this.#resumed.openUnsafe()
    this.#stream?.resume()
  }

  /** Replaces the stream by a fresh one, after what is on the wire was received. */
  renew(): void {
    this.#stream?.retire()
    this.#retiring.openUnsafe()
  }

  /** Ends the stream, after what is on the wire was received. */
  stop(): void {
    this.#stopping.openUnsafe()
    this.renew()
  }

  /**
   * Keeps the stream open until `stop`.
   *
   * **Errors**: `PubSubError`, not retryable.
   */
  readonly run: Effect.Effect<void, PubSubError> = Effect.suspend(() => this.#keepOpen())

  readonly #keepOpen = Effect.fnUntraced({ self: this }, function* () {
    for (let failures = 0; !this.#stopping.isOpen(); ) {
      if (this.#options.restsWhilePaused) yield* this.#rest
      if (this.#stopping.isOpen()) return
      this.#retiring.closeUnsafe()
      const { end, wasProven } = yield* this.#oneStream
      if (this.#stopping.isOpen()) return
      if (!isRoutineEnd(end)) yield* this.#judge(end)
      failures = wasProven ? 0 : failures + 1
      this.#isReplacement = wasProven
      // Proven streams end because servers recycle them, so the next one is opened at once.
      if (failures > 0) yield* Effect.timeoutOption(this.#stopping.await, yield* retryDelay(failures))
    }
  })

  readonly #rest = Effect.suspend(() => {
    this.#isResting = !this.#resumed.isOpen()
    return Effect.raceFirst(this.#resumed.await, this.#stopping.await)
  }).pipe(
    Effect.andThen(
      Effect.sync(() => {
        this.#isResting = false
      })
    )
  )

  readonly #oneStream = Effect.suspend(() => {
    const { clock, connection, ended } = this.#options
    this.triedAt = monotonicMillis(clock)
    let loss: StreamLoss = "nothing"
    const retired = Effect.as(
      Effect.andThen(this.#retiring.await, Effect.sleep(streamRetireMillis)),
      retiredLate
    )
    const renewed = Effect.as(connection.renewed, connectionLost)
    return Effect.raceAllFirst([this.#untilEnd, retired, renewed]).pipe(
      Effect.map((end) => {
        const stream = this.#stream
        loss = stream === undefined ? "nothing" : this.#lossOf(stream, end)
        const age = stream === undefined ? 0 : monotonicMillis(clock) - stream.openedAt
        return {
          end,
          wasProven: stream?.hasDelivered === true || this.#retiring.isOpen() || age >= streamProvenMillis
        }
      }),
      Effect.ensuring(
        Effect.sync(() => {
          this.#stream = undefined
          this.trouble = "connecting"
          ended(loss)
        })
      )
    )
  })

  readonly #untilEnd = Effect.suspend(() => {
    const { client } = this.#options.connection
    return Effect.flatMap(
      Effect.promise(() => pullStub(client)),
      (stub) => this.#untilEndOf(client, stub)
    )
  })

  readonly #untilEndOf = (client: v1.SubscriberClient, stub: PullStub) =>
    Effect.callback<StreamEnd>((resume) => {
      const { clock, connection, opened, request, responded } = this.#options
      const stream = new PullStream(stub, request(), monotonicMillis(clock), {
        heard: () => connection.heard(client),
        responded,
        ended: (end) => resume(Effect.succeed(end))
      })
      this.#stream = stream
      if (!this.#resumed.isOpen()) this.pause()
      opened()
      return Effect.sync(() => stream.cancel())
    })

  /** With a status that is not OK, gRPC drops what it has received and not yet handed over. */
  #lossOf(stream: PullStream, end: StreamEnd): StreamLoss {
    if (end === connectionLost || isCutOff(end)) return "sent-on"
    if (end === retiredLate) return "on-its-way"
    const sinceDelivery = monotonicMillis(this.#options.clock) - stream.deliveredAt
    const hasUnread = !this.#resumed.isOpen() || sinceDelivery < leaseSeconds * 1_000
    return isRoutineEnd(end) || !hasUnread ? "nothing" : "on-its-way"
  }

  #judge(end: StreamEnd): Effect.Effect<void, PubSubError> {
    const error = new PubSubError({
      operation: "pull",
      resource: this.#options.request().subscription ?? "",
      reason: classify(end, this.#options.connection.proxy)
    })
    const status = `(status ${end.code}: ${end.details})`
    this.trouble = error.message.includes(status) ? error.message : `${error.message} ${status}`
    return error.isRetryable ? Effect.void : Effect.fail(error)
  }
}

/** The server has not ended the stream in time, and it is cancelled. */
const retiredLate: StreamEnd = { ...routineEnd }
