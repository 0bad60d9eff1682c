/** The calls of Google's API that the scripted server answers, and how their messages are encoded. */
import { protos } from "@google-cloud/pubsub"

const { v1 } = protos.google.pubsub

/** A length-delimited field of a protocol buffer. */
export const field = (number: number, content: Buffer): Buffer => {
  const length: Array<number> = []
  let rest = content.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), content])
}

interface Codec<Message> {
  readonly encode: (message: Message) => { finish: () => Uint8Array }
  readonly decode: (bytes: Uint8Array) => Message
}

const method = <Request, Response>(
  path: string,
  request: Codec<Request>,
  response: Codec<Response>,
  isStream = false
) => ({
  path: `/google.pubsub.v1.${path}`,
  requestStream: isStream,
  responseStream: isStream,
  requestSerialize: (message: Request) => Buffer.from(request.encode(message).finish()),
  requestDeserialize: (bytes: Buffer) => request.decode(bytes),
  responseSerialize: (message: Response) => Buffer.from(response.encode(message).finish()),
  responseDeserialize: (bytes: Buffer) => response.decode(bytes)
})

const empty = protos.google.protobuf.Empty

/** The calls, as gRPC wants them described. */
export const service = {
  streamingPull: method("Subscriber/StreamingPull", v1.StreamingPullRequest, v1.StreamingPullResponse, true),
  acknowledge: method("Subscriber/Acknowledge", v1.AcknowledgeRequest, empty),
  modifyAckDeadline: method("Subscriber/ModifyAckDeadline", v1.ModifyAckDeadlineRequest, empty),
  getSubscription: method("Subscriber/GetSubscription", v1.GetSubscriptionRequest, v1.Subscription),
  publish: method("Publisher/Publish", v1.PublishRequest, v1.PublishResponse),
  testIamPermissions: {
    path: "/google.iam.v1.IAMPolicy/TestIamPermissions",
    requestStream: false,
    responseStream: false,
    requestSerialize: (permissions: ReadonlyArray<string>) => permissionsField(2, permissions),
    requestDeserialize: (bytes: Buffer) => permissionsOf(bytes),
    responseSerialize: (permissions: ReadonlyArray<string>) => permissionsField(1, permissions),
    responseDeserialize: (bytes: Buffer) => permissionsOf(bytes)
  }
}

const permissionsField = (number: number, permissions: ReadonlyArray<string>): Buffer =>
  Buffer.concat(permissions.map((permission) => field(number, Buffer.from(permission))))

/** The messages of IAM are not among Pub/Sub's: their texts tell themselves apart. */
const permissionsOf = (bytes: Buffer): ReadonlyArray<string> =>
  bytes.toString("latin1").match(/pubsub\.[a-z]+\.[a-zA-Z]+/g) ?? []
