/** A Pub/Sub server that does what a test tells it, for what neither the emulator nor the service does on demand. */
import type { protos } from "@google-cloud/pubsub"
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData
} from "@grpc/grpc-js"
import { Effect, type Scope } from "effect"
import { field, service } from "./ScriptedService.ts"

/** A gRPC status, and what an exactly-once subscription says about single acknowledgement ids. */
export interface ScriptedStatus {
  readonly code: number
  readonly details: string
  readonly ackIds?: Readonly<Record<string, string>>
}

/** A message as a test sends it; what is left out is empty. */
export interface ScriptedMessage {
  readonly ackId: string
  readonly text?: string
  readonly orderingKey?: string
}

/** What a subscription is said to be. */
export interface ScriptedProperties {
  readonly exactlyOnceDeliveryEnabled?: boolean
  readonly messageOrderingEnabled?: boolean
}

/** One streaming pull of the client. */
export class ScriptedStream {
  readonly request: protos.google.pubsub.v1.IStreamingPullRequest
  /** Messages the client wrote after its request, such as heartbeats. */
  beats = 0
  /** Whether the client has closed its side, or cancelled. */
  isLeft = false
  /** Responses that left this process: fewer than were sent while the client does not read. */
  flushed = 0
  readonly #call: PullCall

  constructor(call: PullCall, request: protos.google.pubsub.v1.IStreamingPullRequest) {
    this.#call = call
    this.request = request
  }

  /** Sends one batch; without messages a sign of life. */
  send(messages: ReadonlyArray<ScriptedMessage>, subscriptionProperties: ScriptedProperties = {}): void {
    this.#call.write(
      {
        receivedMessages: messages.map(({ ackId, text = ackId, orderingKey = "" }) => ({
          ackId,
          message: {
            data: Buffer.from(text),
            messageId: ackId,
            orderingKey,
            publishTime: { seconds: 1_700_000_000, nanos: 123_456_789 }
          }
        })),
        subscriptionProperties
      },
      () => {
        this.flushed += 1
      }
    )
  }

  /** Ends the stream in good order, as servers do from time to time. */
  end(): void {
    this.#call.end()
  }

  fail(status: ScriptedStatus): void {
    this.#call.emit("error", { ...status, metadata: metadataOf(status) })
  }
}

/** The server, and everything it was told. */
export interface ScriptedPubSub {
  /** `host:port`. */
  readonly address: string
  /** Every stream ever opened, in order. */
  readonly streams: Array<ScriptedStream>
  /** Ids of acknowledgement requests, one array a request. */
  readonly acknowledged: Array<ReadonlyArray<string>>
  /** Requests to change leases. */
  readonly leaseChanges: Array<{ readonly seconds: number; readonly ackIds: ReadonlyArray<string> }>
  readonly published: Array<ReadonlyArray<protos.google.pubsub.v1.IPubsubMessage>>
  /** How often a subscription was asked for. */
  lookups: number
  /** Says yes to everything that was left unanswered. */
  readonly answerAll: () => void
  /** What the script says to each. A stream is kept open, silent, unless it says more. */
  script: {
    opened?: (stream: ScriptedStream) => void
    /** The client has closed its side: the last moment to send something. `silence`: this side stays open. */
    left?: (stream: ScriptedStream) => "silence" | undefined
    acknowledge?: (ackIds: ReadonlyArray<string>) => ScriptedAnswer
    changeLease?: (ackIds: ReadonlyArray<string>, seconds: number) => ScriptedAnswer
    publish?: (messages: ReadonlyArray<protos.google.pubsub.v1.IPubsubMessage>) => ScriptedAnswer
    /** A subscription in the server's own words, or what else comes of asking for it. */
    lookup?: () => ScriptedAnswer | protos.google.pubsub.v1.ISubscription
    /** Which of the permissions asked for are granted. */
    granted?: (permissions: ReadonlyArray<string>) => ReadonlyArray<string> | ScriptedStatus
  }
}

/** Undefined: yes. `silence`: no answer before `answerAll`. */
export type ScriptedAnswer = ScriptedStatus | "silence" | undefined

/** Starts the server on a free port of 127.0.0.1; it ends with the scope. */
export const scriptedPubSub: Effect.Effect<ScriptedPubSub, never, Scope.Scope> = Effect.gen(function* () {
  const told: Told = {
    streams: [],
    acknowledged: [],
    leaseChanges: [],
    published: [],
    lookups: 0,
    answerAll: () => {
      for (const answer of told.unanswered.splice(0)) answer()
    },
    unanswered: [],
    script: {}
  }
  const server = new Server({ "grpc.max_receive_message_length": -1 })
  server.addService(service, handlers(told))
  const port = yield* Effect.promise(
    () =>
      new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
          error === null ? resolve(port) : reject(error)
        )
      })
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => server.forceShutdown()))
  return Object.assign(told, { address: `127.0.0.1:${port}` })
})

type PullCall = ServerDuplexStream<
  protos.google.pubsub.v1.IStreamingPullRequest,
  protos.google.pubsub.v1.IStreamingPullResponse
>

type Told = Omit<ScriptedPubSub, "address"> & { readonly unanswered: Array<() => void> }

const handlers = (told: Told) => ({
  streamingPull: (call: PullCall) => {
    let stream: ScriptedStream | undefined
    call.on("data", (request: protos.google.pubsub.v1.IStreamingPullRequest) => {
      if (stream !== undefined) {
        stream.beats += 1
        return
      }
      stream = new ScriptedStream(call, request)
      told.streams.push(stream)
      told.script.opened?.(stream)
    })
    call.on("cancelled", () => {
      if (stream !== undefined) stream.isLeft = true
    })
    call.on("end", () => {
      if (stream !== undefined) stream.isLeft = true
      if (stream === undefined || told.script.left?.(stream) !== "silence") call.end()
    })
  },
  acknowledge: (
    call: ServerUnaryCall<protos.google.pubsub.v1.IAcknowledgeRequest, object>,
    answer: sendUnaryData<object>
  ) => {
    const ackIds = call.request.ackIds ?? []
    told.acknowledged.push(ackIds)
    reply(told, answer, told.script.acknowledge?.(ackIds))
  },
  modifyAckDeadline: (
    call: ServerUnaryCall<protos.google.pubsub.v1.IModifyAckDeadlineRequest, object>,
    answer: sendUnaryData<object>
  ) => {
    const ackIds = call.request.ackIds ?? []
    const seconds = call.request.ackDeadlineSeconds ?? 0
    told.leaseChanges.push({ seconds, ackIds })
    reply(told, answer, told.script.changeLease?.(ackIds, seconds))
  },
  publish: (
    call: ServerUnaryCall<protos.google.pubsub.v1.IPublishRequest, object>,
    answer: sendUnaryData<object>
  ) => {
    const messages = call.request.messages ?? []
    told.published.push(messages)
    const first = told.published.length * 1_000_000
    reply(told, answer, told.script.publish?.(messages), {
      messageIds: messages.map((_, index) => String(first + index))
    })
  },
  testIamPermissions: (
    call: ServerUnaryCall<ReadonlyArray<string>, ReadonlyArray<string>>,
    answer: sendUnaryData<ReadonlyArray<string>>
  ) => {
    const granted = told.script.granted?.(call.request) ?? []
    if ("code" in granted) answer({ ...granted, metadata: metadataOf(granted) })
    else answer(null, granted)
  },
  getSubscription: (_call: unknown, answer: sendUnaryData<object>) => {
    told.lookups += 1
    const said = told.script.lookup?.()
    if (typeof said === "object" && !("code" in said)) answer(null, said)
    else reply(told, answer, said)
  }
})

const reply = (
  told: Told,
  answer: sendUnaryData<object>,
  status: ScriptedAnswer,
  value: object = {}
): void => {
  if (status === "silence") return void told.unanswered.push(() => answer(null, value))
  if (status === undefined) answer(null, value)
  else answer({ ...status, metadata: metadataOf(status) })
}

/** Error details travel as an encoded google.rpc.Status with one ErrorInfo. */
const metadataOf = (status: ScriptedStatus): Metadata => {
  const metadata = new Metadata()
  if (status.ackIds === undefined) return metadata
  const entries = Object.entries(status.ackIds).map(([ackId, failure]) =>
    field(3, Buffer.concat([field(1, Buffer.from(ackId)), field(2, Buffer.from(failure))]))
  )
  const errorInfo = Buffer.concat([field(1, Buffer.from("SCRIPTED")), ...entries])
  const any = Buffer.concat([
    field(1, Buffer.from("type.googleapis.com/google.rpc.ErrorInfo")),
    field(2, errorInfo)
  ])
  const details = Buffer.concat([Buffer.from([8, status.code]), field(3, any)])
  metadata.set("grpc-status-details-bin", details)
  return metadata
}
