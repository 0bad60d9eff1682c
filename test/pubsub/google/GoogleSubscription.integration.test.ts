/** The Pub/Sub suite on Google's client, with two servers by different authors: what one hides the other shows. */
import { Layer } from "effect"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscription } from "../../../src/pubsub/google/GoogleSubscription.ts"
import { GoogleTopology } from "../../../src/pubsub/google/GoogleTopology.ts"
import { subscriptionSuite } from "../../suites/SubscriptionSuite.ts"
import { describeWith, emulatorHost, psTestHost } from "../../support/TestServices.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

const portsAt = (address: string) =>
  Layer.mergeAll(GoogleSubscription.layer, GooglePublisher.layer, GoogleTopology.layer).pipe(
    Layer.provide(GoogleClient.layer(settingsFor(address)))
  )

describeWith("pubsub")("Google's client on the emulator", { concurrent: true }, () => {
  subscriptionSuite("the emulator", portsAt(emulatorHost ?? ""), {
    clock: "real",
    cannotShow: ["wire-limits"]
  })
})

describeWith("pstest")("Google's client on pstest", { concurrent: true }, () => {
  subscriptionSuite("pstest", portsAt(psTestHost ?? ""), {
    clock: "real",
    cannotShow: ["wire-limits", "name-rules"]
  })
})
