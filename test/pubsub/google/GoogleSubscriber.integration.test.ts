/** The Pub/Sub suite on Google's client, with two servers by different authors: what one hides the other shows. */
import { Layer } from "effect"
import { GoogleAdmin } from "../../../src/pubsub/google/GoogleAdmin.ts"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import { pubSubSuite } from "../../../src/testing/PubSubSuite.ts"
import { describeWith, emulatorHost, psTestHost } from "../../support/TestServices.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

const portsAt = (address: string) =>
  Layer.mergeAll(GoogleSubscriber.layer, GooglePublisher.layer, GoogleAdmin.layer).pipe(
    Layer.provide(GoogleClient.layer(settingsFor(address)))
  )

describeWith("pubsub")("Google's client on the emulator", { concurrent: true }, () => {
  pubSubSuite("the emulator", portsAt(emulatorHost ?? ""), {
    clock: "real",
    cannotShow: ["wire-limits", "permissions"]
  })
})

describeWith("pstest")("Google's client on pstest", { concurrent: true }, () => {
  pubSubSuite("pstest", portsAt(psTestHost ?? ""), {
    clock: "real",
    cannotShow: ["wire-limits", "name-rules", "permissions", "ends-streams"]
  })
})
