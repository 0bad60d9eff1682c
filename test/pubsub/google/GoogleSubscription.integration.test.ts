/** The Pub/Sub suite on Google's client and a real emulator. */
import { Layer, Option } from "effect"
import type { PubSubSettings } from "../../../src/config/Settings.ts"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscription } from "../../../src/pubsub/google/GoogleSubscription.ts"
import { GoogleTopology } from "../../../src/pubsub/google/GoogleTopology.ts"
import { subscriptionSuite } from "../../suites/SubscriptionSuite.ts"
import { describeWith, emulatorHost, projectId } from "../../support/TestServices.ts"

const settings: PubSubSettings = {
  projectId: Option.some(projectId),
  emulatorHost: Option.fromUndefinedOr(emulatorHost),
  ordersTopic: "orders",
  ordersSubscription: "orders-sub",
  paymentsTopic: "payments",
  paymentsSubscription: "payments-sub",
  dlqTopic: "dead-letters",
  dlqSubscription: "dead-letters-sub"
}

const ports = Layer.mergeAll(GoogleSubscription.layer, GooglePublisher.layer, GoogleTopology.layer).pipe(
  Layer.provide(GoogleClient.layer(settings))
)

describeWith("pubsub")("Google's client", () => {
  subscriptionSuite("the emulator", ports, { clock: "real", cannotShow: ["wire-limits"] })
})
