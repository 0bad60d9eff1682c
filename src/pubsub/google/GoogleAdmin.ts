import type { CallOptions, v1 } from "@google-cloud/pubsub"
import { Duration, Effect, Layer, Option } from "effect"
import { adminCallSeconds, adminListMax, adminProjectMax, adminProjectPage } from "../Limits.ts"
import { type PermissionsTested, PubSubAdmin } from "../PubSubAdmin.ts"
import type { PubSubError } from "../PubSubError.ts"
import { InvalidOptions, millisOf } from "../SubscriptionOptions.ts"
import { GoogleClient } from "./GoogleClient.ts"
import { callOnce } from "./internal/Calls.ts"
import type { ClosableClient, Connection } from "./internal/Connection.ts"
import { codeOf, Status } from "./internal/ErrorClassification.ts"
import { toSubscriptionInfo, toTopicInfo } from "./internal/ResourceInfo.ts"
import { subscriptionName, topicName } from "./internal/ResourceName.ts"

/** How topics and subscriptions are asked about. */
export interface GoogleAdminOptions {
  /** How long one question, creation or deletion may take. By default 10 s. */
  readonly callTimeout?: Duration.Input
}

/** The port `PubSubAdmin`. Nothing is tried again inside: the caller decides by `isRetryable`. */
const layerWith = (options: GoogleAdminOptions): Layer.Layer<PubSubAdmin, never, GoogleClient> =>
  Layer.effect(
    PubSubAdmin,
    Effect.flatMap(GoogleClient, (client) => {
      const callMillis = millisOf(options.callTimeout, adminCallSeconds * 1000)
      if (callMillis > 0) return Effect.succeed(make(client, callMillis))
      return Effect.die(new InvalidOptions({ of: "admin", detail: "callTimeout is above 0" }))
    })
  )

/** Looks at, creates and deletes topics and subscriptions of Google Cloud Pub/Sub. */
export const GoogleAdmin = {
  layerWith,
  /** The port `PubSubAdmin`, with every option at its default. */
  layer: layerWith({})
}

const make = (
  { isEmulator, projectId, publisher, subscriber }: GoogleClient["Service"],
  callMillis: number
): PubSubAdmin["Service"] => {
  const call = <Client extends ClosableClient, A>(
    connection: Connection<Client>,
    operation: string,
    resource: string,
    run: (client: Client, options: CallOptions) => Promise<A>
  ) => callOnce(connection, operation, resource, callMillis, run)

  const getTopic = (operation: string, topic: string) => {
    const name = topicName(projectId, topic)
    return call(publisher, operation, name, (api, options) => api.getTopic({ topic: name }, options))
  }

  const project = `projects/${projectId}`

  return PubSubAdmin.of({
    topicName: (topic) => topicName(projectId, topic),
    subscriptionName: (subscription) => subscriptionName(projectId, subscription),
    topicExists: (topic) => Effect.map(unlessMissing(getTopic("get topic", topic)), Option.isSome),
    describeTopic: (topic) =>
      Effect.map(
        unlessMissing(getTopic("get topic", topic)),
        Option.map(([answer]) => toTopicInfo(topicName(projectId, topic), answer))
      ),
    describeSubscription: (subscription) => {
      const name = subscriptionName(projectId, subscription)
      const found = call(subscriber, "get subscription", name, (api, options) =>
        api.getSubscription({ subscription: name }, options)
      )
      return Effect.map(
        unlessMissing(found),
        Option.map(([answer]) => toSubscriptionInfo(name, answer))
      )
    },
    subscriptionsOf: (topic) => {
      const name = topicName(projectId, topic)
      const listed = call(publisher, "list subscriptions of", name, (api, options) =>
        api.listTopicSubscriptions(
          { topic: name, pageSize: adminListMax },
          { ...options, autoPaginate: false }
        )
      )
      // To an emulator a missing topic is one without subscriptions.
      const exists = isEmulator ? getTopic("list subscriptions of", topic) : Effect.void
      return Effect.andThen(
        exists,
        Effect.map(listed, ([names]) => names)
      )
    },
    topicsBeginning: (prefix) =>
      namesBeginning(topicName(projectId, prefix), (page) =>
        call(publisher, "list topics of", project, (api, options) =>
          api.listTopics({ project, ...page }, { ...options, autoPaginate: false })
        )
      ),
    subscriptionsBeginning: (prefix) =>
      namesBeginning(subscriptionName(projectId, prefix), (page) =>
        call(subscriber, "list subscriptions of", project, (api, options) =>
          api.listSubscriptions({ project, ...page }, { ...options, autoPaginate: false })
        )
      ),
    testPermissions: (resource, permissions) => {
      const asked = call(subscriber, "test permissions on", resource, (api, options) =>
        api.testIamPermissions(iamRequest(resource, permissions), options)
      )
      return unlessUnsupported(Effect.map(asked, ([answer]) => new Set(answer.permissions ?? [])))
    },
    deleteTopic: (topic) => {
      const name = topicName(projectId, topic)
      const deleted = call(publisher, "delete topic", name, (api, options) =>
        api.deleteTopic({ topic: name }, options)
      )
      return Effect.map(unlessMissing(deleted), Option.isSome)
    },
    deleteSubscription: (subscription) => {
      const name = subscriptionName(projectId, subscription)
      const deleted = call(subscriber, "delete subscription", name, (api, options) =>
        api.deleteSubscription({ subscription: name }, options)
      )
      return Effect.map(unlessMissing(deleted), Option.isSome)
    },
    createTopic: (topic) => {
      const name = topicName(projectId, topic)
      return unlessThere(
        call(publisher, "create topic", name, (api, options) => api.createTopic({ name }, options))
      )
    },
    createSubscription: (plan) => {
      const name = subscriptionName(projectId, plan.subscription)
      return unlessThere(
        call(subscriber, "create subscription", name, (api, options) =>
          api.createSubscription(
            {
              name,
              topic: topicName(projectId, plan.topic),
              ackDeadlineSeconds: Math.round(Duration.toSeconds(plan.ackDeadline)),
              messageRetentionDuration: { seconds: Math.round(Duration.toSeconds(plan.retention)) },
              // Empty: it never expires. Absent, it would after 31 days without a reader.
              expirationPolicy: {}
            },
            options
          )
        )
      )
    }
  })
}

/** Which part of a list is asked for. */
interface ListPage {
  readonly pageSize: number
  readonly pageToken: string
}

/** What is listed, and where the next page begins; null where there is none. */
type Listed = readonly [
  ReadonlyArray<{ readonly name?: string | null }>,
  { readonly pageToken?: string | null } | null,
  unknown
]

/** The names of a project that begin so, page by page: each may take as long as any question. */
const namesBeginning = Effect.fnUntraced(function* (
  prefix: string,
  list: (page: ListPage) => Effect.Effect<Listed, PubSubError>
) {
  const names: Array<string> = []
  let pageToken = ""
  for (let read = 0; read < adminProjectMax; read += adminProjectPage) {
    const [listed, next] = yield* list({ pageSize: adminProjectPage, pageToken })
    for (const { name } of listed) if (name?.startsWith(prefix) === true) names.push(name)
    pageToken = next?.pageToken ?? ""
    if (pageToken === "") break
  }
  return names
})

const unlessMissing = <A>(
  found: Effect.Effect<A, PubSubError>
): Effect.Effect<Option.Option<A>, PubSubError> =>
  found.pipe(
    Effect.asSome,
    Effect.catchIf(
      ({ reason }) => reason._tag === "ResourceMissing",
      () => Effect.succeedNone
    )
  )

const unlessThere = <A>(created: Effect.Effect<A, PubSubError>): Effect.Effect<boolean, PubSubError> =>
  created.pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ reason }) => codeOf(reason.cause) === Status.AlreadyExists,
      () => Effect.succeed(false)
    )
  )

/** Emulators answer that they do not know IAM, whatever the resource. */
const unlessUnsupported = (
  tested: Effect.Effect<ReadonlySet<string>, PubSubError>
): Effect.Effect<PermissionsTested, PubSubError> =>
  tested.pipe(
    Effect.map((granted): PermissionsTested => ({ _tag: "Tested", granted })),
    Effect.catchIf(
      ({ reason }) => codeOf(reason.cause) === Status.Unimplemented,
      () => Effect.succeed<PermissionsTested>({ _tag: "Unsupported" })
    )
  )

/** Its type asks for the methods of a class as well; what is sent are the fields. */
const iamRequest = (resource: string, permissions: ReadonlyArray<string>) =>
  ({ resource, permissions: [...permissions] }) as Parameters<v1.SubscriberClient["testIamPermissions"]>[0]
