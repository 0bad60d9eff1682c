/** The settings that name the topics and subscriptions of a world. */
import { Option } from "effect"
import type { PubSubSettings } from "../../../src/config/Settings.ts"
import { deadLetterTopic, ordersTopic, paymentsTopic } from "../../support/World.ts"

/** Settings for the commands in a world. */
export const worldPubSub: PubSubSettings = {
  projectId: Option.none(),
  emulatorHost: Option.none(),
  proxy: Option.none(),
  ordersTopic,
  ordersSubscription: `${ordersTopic}-sub`,
  paymentsTopic,
  paymentsSubscription: `${paymentsTopic}-sub`,
  dlqTopic: deadLetterTopic,
  dlqSubscription: `${deadLetterTopic}-sub`
}
