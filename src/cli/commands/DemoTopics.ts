/** The topics and subscriptions of a demo. */
import { Duration, Effect } from "effect"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { demoSettings } from "./DemoSettings.ts"

/** Creates them. */
export const createDemoTopics = Effect.gen(function* () {
  const admin = yield* PubSubAdmin
  const { dlqSubscription, dlqTopic, ordersSubscription, ordersTopic, paymentsSubscription, paymentsTopic } =
    demoSettings
  for (const [topic, subscription] of [
    [ordersTopic, ordersSubscription],
    [paymentsTopic, paymentsSubscription],
    [dlqTopic, dlqSubscription]
  ] as const) {
    yield* admin.createTopic(topic)
    yield* admin.createSubscription({
      topic,
      subscription,
      ackDeadline: Duration.seconds(60),
      retention: Duration.days(7)
    })
  }
})
