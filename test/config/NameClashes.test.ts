import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { googlePubSub } from "../../src/App.ts"
import { refuseClashes, subscriptionClash, topicClash } from "../../src/config/NameClashes.ts"
import type { PubSubSettings } from "../../src/config/Settings.ts"

const settings: PubSubSettings = {
  projectId: Option.none(),
  emulatorHost: Option.none(),
  proxy: Option.none(),
  ordersTopic: "orders",
  ordersSubscription: "orders-sub",
  paymentsTopic: "projects/shop/topics/payments",
  paymentsSubscription: "projects/shop/subscriptions/orders-sub",
  dlqTopic: "dead",
  dlqSubscription: "dead-sub"
}

const shop = Option.some("shop")

describe("names of Pub/Sub resources", () => {
  it("of two projects differ, however alike", () => {
    assert.isUndefined(subscriptionClash(settings, Option.some("other")))
    assert.isUndefined(topicClash({ ...settings, dlqTopic: "projects/other/topics/payments" }, shop))
  })

  it("in short and in full are the same where the project is", () => {
    assert.strictEqual(
      subscriptionClash(settings, shop),
      'PUBSUB_ORDERS_SUBSCRIPTION is "orders-sub" and PUBSUB_PAYMENTS_SUBSCRIPTION is ' +
        '"projects/shop/subscriptions/orders-sub", which must differ and are the same subscription: ' +
        "each stream would take messages meant for the other"
    )
    assert.strictEqual(
      topicClash({ ...settings, dlqTopic: "payments" }, shop),
      'PUBSUB_PAYMENTS_TOPIC is "projects/shop/topics/payments" and PUBSUB_DLQ_TOPIC is "payments", ' +
        "which must differ and are the same topic: each stream would get messages meant for the other"
    )
  })

  it.effect("are judged once more when the credentials have told the project, and refused with exit 2", () =>
    Effect.gen(function* () {
      assert.isUndefined(subscriptionClash(settings, settings.projectId))
      yield* refuseClashes(settings, "other")
      const error = yield* Effect.flip(refuseClashes({ ...settings, dlqTopic: "payments" }, "shop"))
      assert.strictEqual(error._tag, "ConfigurationError")
      assert.lengthOf(error.problems, 2)
    })
  )

  it.effect("end the start of every command that uses Pub/Sub, before anything is sent", () =>
    Effect.gen(function* () {
      const clashing = {
        ...settings,
        projectId: shop,
        // Nobody listens there.
        emulatorHost: Option.some("127.0.0.1:1")
      }
      const error = yield* Effect.flip(Effect.scoped(Layer.build(googlePubSub(clashing))))
      assert.strictEqual(error._tag, "ConfigurationError")
      assert.include(error.message, "PUBSUB_PAYMENTS_SUBSCRIPTION")
    })
  )
})
