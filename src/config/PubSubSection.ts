/** Where Pub/Sub is, and the names of its topics and subscriptions. */
import { Option } from "effect"
import { subscriptionClash, topicClash } from "./NameClashes.ts"
import { hostAndPort } from "./parsers/HostPort.ts"
import { hostSuffixes, httpProxy } from "./parsers/ProxyUrl.ts"
import { projectId, resourceName } from "./parsers/PubSubName.ts"
import { section } from "./Section.ts"
import type { PubSubSettings } from "./Settings.ts"
import { optional, type Variable, withDefault } from "./Variable.ts"

const topic = (name: string, what: string, text: string): Variable<string> =>
  withDefault(
    {
      name,
      meaning: `The topic that ${what}`,
      change: "The topic has another name, or is in another project (then give the full name)",
      see: "its subscription"
    },
    resourceName("topics", text),
    text
  )

const subscription = (name: string, what: string, text: string, readers: string): Variable<string> =>
  withDefault(
    {
      name,
      meaning: `The subscription that ${what}`,
      change: `The subscription has another name. ${readers}`,
      see: "its topic"
    },
    resourceName("subscriptions", text),
    text
  )

const sharedByAll = "All processes of a deployment share one"

/** The variables behind {@link PubSubSettings}. */
export const pubSubSection = section({
  title: "Pub/Sub",
  variables: {
    projectId: optional(
      {
        name: "PUBSUB_PROJECT_ID",
        aliases: ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"],
        flag: "project",
        meaning: "The Google Cloud project of all topics and subscriptions without a full name",
        change: "The topics are in another project than the credentials"
      },
      projectId,
      "that of the Application Default Credentials"
    ),
    emulatorHost: optional(
      {
        name: "PUBSUB_EMULATOR_HOST",
        meaning:
          "The address of an emulator that is used instead of the service, without credentials and without a proxy",
        change: "You develop or test"
      },
      hostAndPort
    ),
    proxy: optional(
      {
        name: "grpc_proxy",
        aliases: ["https_proxy", "http_proxy"],
        meaning:
          "The HTTP proxy through which the service is reached, as `http://[USER:PASSWORD@]HOST[:PORT]`. The gRPC library reads it, and accepts no other kind",
        change: "The service can be reached through a proxy only",
        see: "`no_grpc_proxy`",
        secret: true,
        isEnvironmentOnly: true
      },
      httpProxy,
      "none; the connection is direct"
    ),
    noProxy: optional(
      {
        name: "no_grpc_proxy",
        aliases: ["no_proxy"],
        meaning:
          "Suffixes of host names that are reached without the proxy, separated by commas without blanks. The gRPC library reads it",
        change: "`pubsub.googleapis.com` can be reached directly",
        see: "`grpc_proxy`",
        isEnvironmentOnly: true
      },
      hostSuffixes
    ),
    ordersTopic: topic("PUBSUB_ORDERS_TOPIC", "orders are published to", "orders_data"),
    ordersSubscription: subscription(
      "PUBSUB_ORDERS_SUBSCRIPTION",
      "orders are read from",
      "orders_data-sub",
      sharedByAll
    ),
    paymentsTopic: topic("PUBSUB_PAYMENTS_TOPIC", "payments are published to", "payment_data"),
    paymentsSubscription: subscription(
      "PUBSUB_PAYMENTS_SUBSCRIPTION",
      "payments are read from",
      "payment_data-sub",
      sharedByAll
    ),
    dlqTopic: topic("PUBSUB_DLQ_TOPIC", "dead letters are published to", "dlq_payments_data"),
    dlqSubscription: subscription(
      "PUBSUB_DLQ_SUBSCRIPTION",
      "keeps the dead letters; `setup` creates it on their topic",
      "dlq_payments_data-sub",
      "The `dlq` commands read it"
    )
  },
  relations: [
    {
      of: ["projectId", "ordersSubscription", "paymentsSubscription", "dlqSubscription"],
      severity: "error",
      broken: (values) => subscriptionClash(values, values.projectId)
    },
    {
      of: ["projectId", "ordersTopic", "paymentsTopic", "dlqTopic"],
      severity: "error",
      broken: (values) => topicClash(values, values.projectId)
    }
  ],
  settings: ({ proxy, noProxy, ...values }, given): PubSubSettings => {
    const isDirect =
      Option.isSome(values.emulatorHost) ||
      Option.exists(noProxy, (suffixes) => suffixes.some((suffix) => serviceHost.endsWith(suffix)))
    return {
      ...values,
      proxy: isDirect
        ? Option.none()
        : Option.map(Option.flatten(proxy), (address) => ({ address, variable: given.proxy ?? "grpc_proxy" }))
    }
  }
})

const serviceHost = "pubsub.googleapis.com"
