/** Google's low-level clients, as plain promises: what the hand-written loop and the benchmark itself talk through. */
import { PubSub, type protos, v1 } from "@google-cloud/pubsub"

type Wire = typeof protos.google.pubsub.v1

/** What arrives on a streaming pull, one server batch at a time. */
export type PullResponse = InstanceType<Wire["StreamingPullResponse"]>

/** One message of a server batch. */
export type ReceivedMessage = protos.google.pubsub.v1.IReceivedMessage

/** One open streaming pull. */
export interface PullStream {
  readonly on: ((event: "data", listener: (response: PullResponse) => void) => PullStream) &
    ((event: "error", listener: (error: Error) => void) => PullStream) &
    ((event: "close", listener: () => void) => PullStream)
  readonly write: (request: protos.google.pubsub.v1.IStreamingPullRequest) => boolean
  readonly cancel: () => void
}

/** The calls of the service, without the layers that the generated client puts around them. */
export interface SubscriberStub {
  readonly streamingPull: (options: { readonly deadline: number }) => PullStream
  readonly acknowledge: UnaryCall<protos.google.pubsub.v1.IAcknowledgeRequest>
  readonly modifyAckDeadline: UnaryCall<protos.google.pubsub.v1.IModifyAckDeadlineRequest>
}

type UnaryCall<Request> = (
  request: Request,
  options: { readonly deadline: number },
  callback: (error: Error | null) => void
) => void

/** One connection for each direction, and who they speak for. */
export interface PubSubAccess {
  readonly projectId: string
  readonly pubSub: PubSub
  readonly publisher: v1.PublisherClient
  readonly subscriber: v1.SubscriberClient
  readonly stub: SubscriberStub
  readonly close: () => Promise<void>
}

/** Connects to the server that PUBSUB_EMULATOR_HOST names. */
export const openPubSub = async (projectId: string): Promise<PubSubAccess> => {
  // Naming the universe keeps the library from probing the network for a metadata server.
  const pubSub = new PubSub({ projectId, clientOptions: { universeDomain: "googleapis.com" } })
  const options = await pubSub.getClientConfig()
  const publisher = new v1.PublisherClient({ ...options })
  const subscriber = new v1.SubscriberClient({ ...options })
  // The generated client types its stub as bare functions.
  const stub = (await subscriber.initialize()) as unknown as SubscriberStub
  return {
    projectId,
    pubSub,
    publisher,
    subscriber,
    stub,
    close: async () => {
      await Promise.all([publisher.close(), subscriber.close(), pubSub.close()])
    }
  }
}

/** Makes a promise of one call; it fails after ten seconds without an answer. */
export const unary = <Request>(
  stub: SubscriberStub,
  call: UnaryCall<Request>,
  request: Request
): Promise<void> =>
  new Promise((resolve, reject) => {
    call.call(stub, request, { deadline: Date.now() + 10_000 }, (error) =>
      error ? reject(error) : resolve()
    )
  })
