import type { v1 } from "@google-cloud/pubsub"
import { Context, type Duration, Effect, Layer, Option, type Scope } from "effect"
import { retryBaseMillis, retryCapMillis } from "../../time/Limits.ts"
import {
  connectionAnswerSeconds,
  connectionRenewSeconds,
  flowControlWindowBytes,
  keepAliveAnswerSeconds,
  keepAliveEmulatorSeconds,
  keepAliveSeconds
} from "../Limits.ts"
import { ProjectUnknown, PubSubError } from "../PubSubError.ts"
import { InvalidOptions, millisOf } from "../SubscriptionOptions.ts"
import type { GoogleSettings } from "./GoogleSettings.ts"
import { type ClosableClient, type Connection, openConnection, type Silence } from "./internal/Connection.ts"
import { classify } from "./internal/ErrorClassification.ts"
import { logGrpcOf } from "./internal/GrpcLog.ts"

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
   * **Errors**: `PubSubError` with `CredentialsMissing` where there are no Application Default Credentials, or
   * `ProjectUnknown` where no project id is set and they, or an emulator, know none. Invalid options are a defect.
   */
  static readonly layer = (
    settings: GoogleSettings,
    options: GoogleClientOptions = {}
  ): Layer.Layer<GoogleClient, PubSubError> => Layer.effect(GoogleClient, open(settings, options))
}

/** How connections are watched. Everything has a default. */
export interface GoogleClientOptions {
  /** How often a silent connection is pinged. By default 30 s, on an emulator 310 s: it hangs up on less than 5 min. */
  readonly keepAliveEvery?: Duration.Input
  /** How long a ping may stay unanswered before the connection counts as dead. By default 10 s. */
  readonly keepAliveTimeout?: Duration.Input
  /**
   * How long a call may stay unanswered, with nothing else heard, before `status` tells that the connection is
   * broken. Far above a round trip; by default 2 s.
   */
  readonly answerTimeout?: Duration.Input
  /** How long so before the connection is replaced by a new one. Above `answerTimeout`; by default 10 s. */
  readonly renewAfter?: Duration.Input
  /**
   * Whether what gRPC has to say becomes lines of our log, at level Debug. By default gRPC is left as it is, and prints to
   * standard error: it has one logger for all of a process, which is for the program to give away.
   */
  readonly takesGrpcLog?: boolean
}

const open = Effect.fnUntraced(function* (
  settings: GoogleSettings,
  given: GoogleClientOptions
): Effect.fn.Return<GoogleClient["Service"], PubSubError, Scope.Scope> {
  const { proxy = Option.none() } = settings
  const isEmulator = Option.isSome(settings.emulatorHost)
  if (isEmulator && Option.isNone(settings.projectId)) {
    return yield* new PubSubError({
      operation: "connect to",
      resource: Option.getOrElse(settings.emulatorHost, () => ""),
      reason: new ProjectUnknown({ detail: "an emulator knows no project", cause: undefined })
    })
  }
  const watching = yield* resolveClientOptions(given, isEmulator)
  const { PubSub, v1: clients } = yield* Effect.promise(() => import("@google-cloud/pubsub"))
  const pubSub = new PubSub({
    ...channelOptions(watching),
    ...(Option.isSome(settings.projectId) ? { projectId: settings.projectId.value } : {}),
    ...(Option.isSome(settings.emulatorHost) ? emulatorOptions(settings.emulatorHost.value) : {})
  })
  // The high-level client only makes the options: it knows how to reach an emulator.
  const options = (yield* Effect.tryPromise({
    try: () => pubSub.getClientConfig(),
    catch: noCredentials
    // Its type says the same, but for `undefined` in place of absent.
  })) as ConstructorParameters<typeof v1.SubscriberClient>[0]
  // Initializing finds credentials, if any are needed, so that their absence shows at the start.
  const connect = <Client extends ClosableClient>(openClient: () => Promise<Client>) =>
    openConnection(openClient, noCredentials, watching.silence, Option.getOrUndefined(proxy))
  if (given.takesGrpcLog === true) yield* logGrpcOf(new clients.SubscriberClient(options))
  const subscriber = yield* connect(async () => {
    const client = new clients.SubscriberClient(options)
    await client.initialize()
    return client
  })
  const publisher = yield* connect(async () => new clients.PublisherClient(options))
  return GoogleClient.of({
    projectId: pubSub.projectId,
    projectIdSource: Option.isSome(settings.projectId) ? "configuration" : "Application Default Credentials",
    isEmulator,
    subscriber,
    publisher
  })
})

/** How a connection is watched. **Units**: milliseconds. */
interface Watching {
  readonly keepAliveMillis: number
  readonly keepAliveAnswerMillis: number
  readonly silence: Silence
}

const resolveClientOptions = (options: GoogleClientOptions, isEmulator: boolean): Effect.Effect<Watching> =>
  Effect.suspend(() => {
    const usual = isEmulator ? keepAliveEmulatorSeconds : keepAliveSeconds
    const watching: Watching = {
      keepAliveMillis: millisOf(options.keepAliveEvery, usual * 1000),
      keepAliveAnswerMillis: millisOf(options.keepAliveTimeout, keepAliveAnswerSeconds * 1000),
      silence: {
        answerMillis: millisOf(options.answerTimeout, connectionAnswerSeconds * 1000),
        renewMillis: millisOf(options.renewAfter, connectionRenewSeconds * 1000)
      }
    }
    const { answerMillis, renewMillis } = watching.silence
    const invalid = (detail: string) => Effect.die(new InvalidOptions({ of: "client", detail }))
    if (!(watching.keepAliveMillis > 0 && watching.keepAliveAnswerMillis > 0)) {
      return invalid("keepAliveEvery and keepAliveTimeout are above 0")
    }
    // Else a connection would be replaced that still counts as sound.
    if (!(answerMillis > 0 && answerMillis < renewMillis)) return invalid("answerTimeout is below renewAfter")
    return Effect.succeed(watching)
  })

/**
 * The connection is pinged, so that a dead one is noticed while nothing is sent; after a failure it is tried again
 * as soon as our own backoff asks (the library would wait up to two minutes). Exactly-once answers name each failed
 * id in the metadata, which outgrows the default.
 */
const channelOptions = ({ keepAliveMillis, keepAliveAnswerMillis }: Watching) => ({
  "grpc.keepalive_time_ms": keepAliveMillis,
  "grpc.keepalive_timeout_ms": keepAliveAnswerMillis,
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
