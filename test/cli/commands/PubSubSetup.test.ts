import { describe, expect, it } from "@effect/vitest"
import { Array as Arr, Duration, Effect, Layer, Option } from "effect"
import {
  createPubSub,
  gcloudCommands,
  previewPubSub,
  subscriptionPlans
} from "../../../src/cli/commands/PubSubSetup.ts"
import type { PubSubSettings } from "../../../src/config/Settings.ts"
import { MemoryPubSub } from "../../../src/pubsub/memory/MemoryPubSub.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"
import { AccessDenied, PubSubError, RequestRejected } from "../../../src/pubsub/PubSubError.ts"

const settings: PubSubSettings = {
  projectId: Option.some("shop"),
  emulatorHost: Option.none(),
  proxy: Option.none(),
  ordersTopic: "orders",
  ordersSubscription: "orders-sub",
  paymentsTopic: "projects/other/topics/payments",
  paymentsSubscription: "payments-sub",
  dlqTopic: "dead",
  dlqSubscription: "dead-sub"
}

const plans = subscriptionPlans(settings)

/** The embedded Pub/Sub, refusing what the emulator refuses: to keep messages for more than 7 days. */
const refusing = (refused: Array<string>) =>
  Layer.effect(
    PubSubAdmin,
    Effect.map(PubSubAdmin, (admin) =>
      PubSubAdmin.of({
        ...admin,
        createSubscription: (plan) => {
          if (!Duration.isGreaterThan(plan.retention, Duration.days(7))) return admin.createSubscription(plan)
          refused.push(plan.subscription)
          const reason = new RequestRejected({ detail: "retention out of range", cause: undefined })
          return Effect.fail(
            new PubSubError({ operation: "create subscription", resource: plan.subscription, reason })
          )
        }
      })
    )
  ).pipe(Layer.provide(MemoryPubSub.layer))

/** The embedded Pub/Sub, where the caller may look at nothing. */
const denying = Layer.effect(
  PubSubAdmin,
  Effect.map(PubSubAdmin, (admin) =>
    PubSubAdmin.of({
      ...admin,
      topicExists: (topic) => {
        const reason = new AccessDenied({ cause: undefined })
        return Effect.fail(new PubSubError({ operation: "get topic", resource: topic, reason }))
      }
    })
  )
).pipe(Layer.provide(MemoryPubSub.layer))

/** What is told of a run to its end. */
const linesOf = (wanted: typeof plans) => {
  const lines: Array<string> = []
  return Effect.as(
    createPubSub(wanted, (line) => Effect.sync(() => void lines.push(line))),
    lines
  )
}

describe("setup pubsub", () => {
  it("plans dead letters to be kept for 31 days, the longest Pub/Sub allows", () => {
    expect(plans.map((plan) => [plan.subscription, Duration.toDays(plan.retention)])).toEqual([
      ["orders-sub", 7],
      ["payments-sub", 7],
      ["dead-sub", 31]
    ])
  })

  it("prints the plan as gcloud commands", () => {
    const flags = "--ack-deadline=60 --expiration-period=never"
    expect(gcloudCommands(settings)).toEqual([
      "gcloud pubsub topics create orders --project=shop",
      `gcloud pubsub subscriptions create orders-sub --topic=orders ${flags} --message-retention-duration=7d --project=shop`,
      "gcloud pubsub topics create projects/other/topics/payments --project=shop",
      "gcloud pubsub subscriptions create payments-sub --topic=projects/other/topics/payments " +
        `${flags} --message-retention-duration=7d --project=shop`,
      "gcloud pubsub topics create dead --project=shop",
      `gcloud pubsub subscriptions create dead-sub --topic=dead ${flags} --message-retention-duration=31d --project=shop`
    ])
  })

  it.effect("prints of the plan only what is missing", () =>
    Effect.gen(function* () {
      expect(yield* previewPubSub(settings)).toEqual(gcloudCommands(settings))
      const admin = yield* PubSubAdmin
      yield* admin.createTopic("orders")
      yield* linesOf(plans.slice(1))
      expect(yield* previewPubSub(settings)).toEqual([
        expect.stringMatching(/^gcloud pubsub subscriptions create orders-sub /)
      ])
      yield* linesOf(plans)
      expect(yield* previewPubSub(settings)).toEqual([
        "# nothing to do: all topics and subscriptions are there"
      ])
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("prints the whole plan where Pub/Sub may not be asked, and says so in one line", () =>
    Effect.gen(function* () {
      yield* linesOf(plans).pipe(Effect.provide(MemoryPubSub.layer))
      const [first, ...others] = yield* previewPubSub(settings).pipe(Effect.provide(denying))
      expect(first).toBe("# the whole plan: Pub/Sub could not be asked (get topic orders: access denied)")
      expect(others).toEqual(gcloudCommands(settings))
    })
  )

  it.effect("refuses to plan for a subscription that reads another topic, as setup itself does", () =>
    Effect.gen(function* () {
      yield* linesOf([{ ...Arr.getUnsafe(plans, 0), topic: "elsewhere" }])
      const error = yield* Effect.flip(previewPubSub(settings))
      expect(error.message).toMatch(/orders-sub exists and reads .*elsewhere, not .*orders/)
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("creates what is missing, and the second time nothing", () =>
    Effect.gen(function* () {
      const created = yield* linesOf(plans)
      const again = yield* linesOf(plans)
      expect(created).toHaveLength(6)
      expect(created.every((line) => line.startsWith("created  "))).toBe(true)
      expect(again).toEqual(created.map((line) => line.replace("created", "exists ")))
      const found = Option.getOrThrow(yield* (yield* PubSubAdmin).describeSubscription("orders-sub"))
      expect(found.ackDeadline).toEqual(Duration.seconds(60))
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("settles for 7 days where longer is refused, and says so", () => {
    const refused: Array<string> = []
    return Effect.gen(function* () {
      const lines = yield* linesOf(plans)
      expect(refused).toEqual(["dead-sub"])
      expect(lines.at(-1)).toMatch(
        /^created .*dead-sub \(keeps messages for 7 days: longer is refused here\)$/
      )
    }).pipe(Effect.provide(refusing(refused)))
  })

  it.effect("refuses a subscription that reads another topic, and has told what it created until then", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const admin = yield* PubSubAdmin
      yield* admin.createTopic("elsewhere")
      yield* admin.createSubscription({
        topic: "elsewhere",
        subscription: "orders-sub",
        ackDeadline: Duration.seconds(60),
        retention: Duration.days(7)
      })
      const error = yield* Effect.flip(createPubSub(plans, (line) => Effect.sync(() => void told.push(line))))
      expect(told).toEqual([expect.stringMatching(/^created {2}.*topics\/orders$/)])
      expect(error.message).toMatch(/orders-sub exists and reads .*elsewhere, not .*orders/)
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )
})
