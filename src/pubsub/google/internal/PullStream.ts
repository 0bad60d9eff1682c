/** One network stream on which the server sends deliveries. */
import type { protos, v1 } from "@google-cloud/pubsub"
import { Status } from "./ErrorClassification.ts"
import type { WireCredit } from "./HeldDelivery.ts"

/** What a server sends on a stream: a batch of messages, or none as a sign of life. */
export type PullResponse = protos.google.pubsub.v1.IStreamingPullResponse

/** What a stream is opened with. */
export type PullRequest = protos.google.pubsub.v1.IStreamingPullRequest

/** Why a stream ended: a gRPC status. */
export interface StreamEnd {
  readonly code: number
  readonly details: string
}

/** Hears of what happens on a stream. Nothing is heard after `ended`, which comes once. */
export interface PullListener {
  /** The server has said something, be it that it took the request. */
  readonly heard: () => void
  readonly responded: (response: PullResponse, stream: PullStream) => void
  readonly ended: (end: StreamEnd) => void
}

/** One network stream on which the server sends deliveries, from its opening to its end. */
export class PullStream {
  /** **Units**: milliseconds of a monotonic clock, as `heardAt`, the time of the last response. */
  readonly openedAt: number
  readonly credit: WireCredit = { asideMessages: 0, asideBytes: 0 }
  /** Whether the server has answered at all. An emulator does so only with the first delivery. */
  hasAnswered = false
  hasDelivered = false
  /** When it last delivered. **Units**: ms of a monotonic clock. */
  deliveredAt = Number.NEGATIVE_INFINITY
  heardAt: number
  readonly #stub: PullStub
  readonly #call: PullCall
  #isOver = false
  #isRetired = false

  constructor(stub: PullStub, request: PullRequest, openedAt: number, listener: PullListener) {
    this.#stub = stub
    this.openedAt = openedAt
    this.heardAt = openedAt
    this.#call = stub.streamingPull()
    // Up to 16 responses would wait here while paused, unseen and without anybody keeping their leases.
    this.#call._readableState.highWaterMark = 0
    const end = (status: StreamEnd): void => {
      if (this.#isOver) return
      this.#isOver = true
      listener.ended(status)
    }
    this.#call.on("metadata", () => {
      this.hasAnswered = true
      listener.heard()
    })
    this.#call.on("data", (response: PullResponse) => {
      this.hasAnswered = true
      listener.heard()
      listener.responded(response, this)
    })
    // An error is followed by the status that says the same; without a listener it would be thrown.
    this.#call.on("error", () => {})
    this.#call.on("status", (status: StreamEnd) => end(status))
    this.#call.write(request)
  }

  /** Whether the connection it uses stands. */
  get isConnected(): boolean {
    return this.#stub.getChannel().getConnectivityState(false) === ready
  }

  /** Stops reading from the network; the server stops sending when its window is full. A retired one is read out. */
  pause(): void {
    if (!this.#isRetired) this.#call.pause()
  }

  resume(): void {
    this.#call.resume()
  }

  /** Shows the server that we are there; it closes streams on which nobody writes. */
  beat(): void {
    if (!this.#isOver && !this.#isRetired) this.#call.write({})
  }

  /** Asks the server to end the stream after what it has sent already. */
  retire(): void {
    if (this.#isOver || this.#isRetired) return
    this.#isRetired = true
    this.#call.resume()
    this.#call.end()
  }

  /** Ends the stream at once; what is on the wire is lost until its lease ends. */
  cancel(): void {
    this.#call.cancel()
  }
}

/** The part of the Google client's stub that opens streams and knows its connection. */
export interface PullStub {
  readonly streamingPull: () => PullCall
  readonly getChannel: () => { readonly getConnectivityState: (connect: boolean) => number }
}

/** gRPC's connectivity state READY. */
const ready = 2

/**
 * Opens streams on the connection of Google's subscriber client.
 *
 * Not by its public method, which would put a second buffer behind each stream, in which deliveries wait without
 * anybody keeping their leases; nor by its own decoding, which copies each message once more, field by field.
 */
export const pullStub = async (client: v1.SubscriberClient): Promise<PullStub> => {
  const stub: unknown = await client.initialize()
  if (!isGrpcClient(stub)) throw new Error("the Google client has no gRPC client")
  const { StreamingPullRequest, StreamingPullResponse } = (await import("@google-cloud/pubsub")).protos.google
    .pubsub.v1
  return {
    getChannel: () => stub.getChannel(),
    streamingPull: () =>
      stub.makeBidiStreamRequest(
        "/google.pubsub.v1.Subscriber/StreamingPull",
        (request) => Buffer.from(StreamingPullRequest.encode(request).finish()),
        (bytes) => StreamingPullResponse.decode(bytes)
      )
  }
}

/** The end of a stream that we asked for. */
export const routineEnd: StreamEnd = { code: Status.Ok, details: "" }

/** A stream that the server ended in good order, as it does from time to time. */
export const isRoutineEnd = (end: StreamEnd): boolean => end.code === Status.Ok

interface PullCall {
  readonly _readableState: { highWaterMark: number }
  on(event: "metadata" | "error", listener: () => void): void
  on(event: "data", listener: (response: PullResponse) => void): void
  on(event: "status", listener: (status: StreamEnd) => void): void
  write(request: PullRequest): void
  end(): void
  cancel(): void
  pause(): void
  resume(): void
}

/** The part of a gRPC client that is used here. */
interface GrpcClient {
  readonly makeBidiStreamRequest: (
    path: string,
    serialize: (request: PullRequest) => Buffer,
    deserialize: (bytes: Buffer) => PullResponse
  ) => PullCall
  readonly getChannel: PullStub["getChannel"]
}

const isGrpcClient = (stub: unknown): stub is GrpcClient =>
  typeof stub === "object" && stub !== null && "makeBidiStreamRequest" in stub && "getChannel" in stub
