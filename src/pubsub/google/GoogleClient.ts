/** Google's own clients of one project, and who they speak for. */
import type { v1 } from "@google-cloud/pubsub"
import { Context, Effect, Layer, Option, type Scope } from "effect"
import { retryBaseMillis, retryCapMillis } from "../../time/Limits.ts"
import {
  flowControlWindowBytes,
  keepAliveAnswerSeconds,
  keepAliveEmulatorSeconds,
  keepAliveSeconds
} from "../Limits.ts"
import { PubSubError, RequestRejected } from "../PubSubError.ts"
import type { GoogleSettings } from "./GoogleSettings.ts"
import { type Connection, openConnection } from "./internal/Connection.ts"
import { classify } from "./internal/ErrorClassification.ts"

/** Google's own clients of one project, and who they speak for. One connection each, closed with the layer. */
export class GoogleClient extends Context.Service<
  GoogleClient,
  {
    readonly projectId: string
    /** Where the project id was found, for people: `configuration` or `Application Default Credentials`. */
    readonly projectIdSource: string
    /** Whether this is an emulator: it sends few messages a stream and answers no protocol keep-alive. */
    readonly isEmulator: boolean
    readonly subscriber: Connection<v1.SubscriberClient>
    readonly publisher: Connection<v1.PublisherClient>
  }
>()("counterfoil/pubsub/google/GoogleClient") {
  /**
   * Resolves project and credentials, without calling Pub/Sub. The vendor's modules are loaded here, not before.
   *
   * **Errors**: `PubSubError` with `AccessDenied` where there are no Application Default Credentials, or
   * `RequestRejected` where no project id is set and an emulator knows none.
   */
  static readonly layer = (
    settings: GoogleSettings,
    options: ConnectionOptions = {}
  ): Layer.Layer<GoogleClient, PubSubError> => Layer.effect(GoogleClient, open(settings, options))
}

/** How the connection differs from the usual. */
export interface ConnectionOptions {
  /** How often a silent connection is pinged, and at most how long an answer may take. **Units**: seconds. */
  readonly pingSeconds?: number
}

const open = Effect.fnUntraced(function* (
  settings: GoogleSettings,
  connection: ConnectionOptions
): Effect.fn.Return<GoogleClient["Service"], PubSubError, Scope.Scope> {
  const isEmulator = Option.isSome(settings.emulatorHost)
  if (isEmulator && Option.isNone(settings.projectId)) {
    return yield* new PubSubError({
      operation: "connect to",
      resource: Option.getOrElse(settings.emulatorHost, () => ""),
      reason: new RequestRejected({
        detail: "an emulator knows no project; set PUBSUB_PROJECT_ID or pass --project",
        cause: undefined
      })
    })
  }
  const { PubSub, v1: clients } = yield* Effect.promise(() => import("@google-cloud/pubsub"))
  const pubSub = new PubSub({
    ...channelOptions(connection.pingSeconds ?? (isEmulator ? keepAliveEmulatorSeconds : keepAliveSeconds)),
    ...(Option.isSome(settings.projectId) ? { projectId: settings.projectId.value } : {}),
    ...(Option.isSome(settings.emulatorHost) ? emulatorOptions(settings.emulatorHost.value) : {})
  })
  // The high-level client only makes the options: it knows how to reach an emulator.
  const options = (yield* Effect.tryPromise({
    try: () => pubSub.getClientConfig(),
    catch: noCredentials
    // Its type says the same, but for `undefined` in place of absent.
  })) as ConstructorParameters<typeof v1.SubscriberClient>[0]
  const route = [noCredentials, Option.getOrUndefined(settings.proxy)] as const
  // Initializing finds credentials, if any are needed, so that their absence shows at the start.
  const subscriber = yield* openConnection(
    async () => {
      const client = new clients.SubscriberClient(options)
      await client.initialize()
      return client
    },
    ...route
  )
  const publisher = yield* openConnection(async () => new clients.PublisherClient(options), ...route)
  return GoogleClient.of({
    projectId: pubSub.projectId,
    projectIdSource: Option.isSome(settings.projectId) ? "configuration" : "Application Default Credentials",
    isEmulator,
    subscriber,
    publisher
  })
})

/**
 * The connection is pinged, so that a dead one is noticed while nothing is sent; after a failure it is tried again
 * as soon as our own backoff asks (the library would wait up to two minutes). Exactly-once answers name each failed
 * id in the metadata, which outgrows the default.
 */
const channelOptions = (pingSeconds: number) => ({
  "grpc.keepalive_time_ms": pingSeconds * 1000,
  "grpc.keepalive_timeout_ms": Math.min(pingSeconds, keepAliveAnswerSeconds) * 1000,
  "grpc.initial_reconnect_backoff_ms": retryBaseMillis,
  "grpc.max_reconnect_backoff_ms": retryCapMillis,
  "grpc-node.flow_control_window": flowControlWindowBytes,
  "grpc.max_metadata_size": 4 * 1024 * 1024,
  // A client has a connection to itself, and a new client a new one: else it would get the dead one of the old.
  "grpc.use_local_subchannel_pool": 1
})

/** Naming the universe keeps the library from looking for credentials, and so from probing for a metadata server. */
const emulatorOptions = (host: string) => ({
  // It is on this machine or near it. The library would go through the proxy that the environment names.
  "grpc.enable_http_proxy": 0,
  apiEndpoint: host,
  emulatorMode: true,
  clientOptions: { universeDomain: "googleapis.com" }
})

const noCredentials = (cause: unknown): PubSubError =>
  new PubSubError({
    operation: "connect to",
    resource: "Google Cloud Pub/Sub",
    reason: classify(cause)
  })
