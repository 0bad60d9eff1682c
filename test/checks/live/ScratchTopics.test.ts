import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { removeThings, Scratch } from "../../../src/checks/live/Scratch.ts"
import { channelsNamed, scratchNames, scratchPrefix } from "../../../src/checks/live/ScratchNames.ts"
import { findPreparedTopics, leftTopics, makeScratchTopics } from "../../../src/checks/live/ScratchTopics.ts"
import { MemoryPubSub } from "../../../src/pubsub/memory/MemoryPubSub.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"
import { AccessDenied, PubSubError } from "../../../src/pubsub/PubSubError.ts"
import { pass } from "../../../src/testing/VirtualTime.ts"

const everything = Effect.gen(function* () {
  const admin = yield* PubSubAdmin
  return [...(yield* admin.topicsBeginning("")), ...(yield* admin.subscriptionsBeginning(""))].map((name) =>
    name.slice(name.lastIndexOf("/") + 1)
  )
})

const made = (scratch: Scratch, random: string) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    makeScratchTopics(scratch, scratchNames(now, random).channels)
  )

/** Some calls are denied, as to an account without their permission. */
const denying = (operation: "createTopic" | "createSubscription" | "deleteTopic") => {
  const denied = (name: string) =>
    Effect.fail(
      new PubSubError({
        operation: operation === "createSubscription" ? "create subscription" : "create topic",
        resource: name,
        reason: new AccessDenied({ cause: undefined })
      })
    )
  return Effect.updateService(PubSubAdmin, (admin) =>
    PubSubAdmin.of({
      ...admin,
      ...(operation === "createSubscription"
        ? { createSubscription: ({ subscription }) => denied(admin.subscriptionName(subscription)) }
        : { [operation]: (topic: string) => denied(admin.topicName(topic)) })
    })
  )
}

describe("scratch topics and subscriptions", () => {
  it.effect("are made, and removed again: nothing stays", () =>
    Effect.gen(function* () {
      const scratch = new Scratch()
      yield* made(scratch, "00000001")
      assert.lengthOf(yield* everything, 6)
      const { left, removed } = yield* scratch.removeAll
      assert.deepStrictEqual(left, [])
      assert.lengthOf(removed, 6)
      assert.deepStrictEqual(yield* everything, [])
      assert.deepStrictEqual((yield* scratch.removeAll).removed, [])
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect(
    "of a doctor that was killed are left behind after an hour; those of one that runs, and of others, are not",
    () =>
      Effect.gen(function* () {
        const admin = yield* PubSubAdmin
        yield* TestClock.setTime(Date.UTC(2026, 10, 26))
        yield* admin.createTopic(`${scratchPrefix}mine`)
        yield* made(new Scratch(), "00000001")
        yield* pass("59 minutes")
        assert.deepStrictEqual(yield* leftTopics, [])
        yield* made(new Scratch(), "00000002")
        yield* pass("2 minutes")
        const { left, removed } = yield* removeThings(yield* leftTopics)
        assert.deepStrictEqual([removed.length, left], [6, []])
        const rest = yield* everything
        assert.lengthOf(rest, 7)
        assert.isTrue(rest.every((name) => name.includes("00000002") || name === `${scratchPrefix}mine`))
      }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect.each([
    ["createTopic", /may not create a topic in projects\/embedded: pubsub\.topics\.create is missing/],
    [
      "createSubscription",
      /may not create a subscription in projects\/embedded: pubsub\.subscriptions\.create/
    ]
  ] as const)(
    "that may not be made say which permission is missing, and which flag names prepared ones: %s",
    ([operation, says]) =>
      Effect.gen(function* () {
        const scratch = new Scratch()
        const refused = yield* Effect.flip(made(scratch, "00000001").pipe(denying(operation)))
        assert.match(refused.found, says)
        assert.match(refused.remedy, /roles\/pubsub\.editor.*--live-topics NAME/)
        assert.deepStrictEqual((yield* scratch.removeAll).left, [])
        assert.deepStrictEqual(yield* everything, [])
      }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("that cannot be removed are named, each with the command that does it", () =>
    Effect.gen(function* () {
      const scratch = new Scratch()
      yield* made(scratch, "00000001").pipe(denying("deleteTopic"))
      const { left, removed } = yield* scratch.removeAll
      assert.deepStrictEqual([left.length, removed.length], [3, 3])
      assert.match(left[0]?.what ?? "", /^topic projects\/embedded\/topics\/counterfoil-live-/)
      assert.match(left[0]?.remedy ?? "", /^`gcloud pubsub topics delete projects\/embedded\/topics\//)
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("that are prepared have to be there, each subscription on its topic", () =>
    Effect.gen(function* () {
      const admin = yield* PubSubAdmin
      const channels = channelsNamed("prepared")
      const missing = yield* Effect.flip(findPreparedTopics(channels))
      assert.match(
        missing.found,
        /subscription projects\/embedded\/subscriptions\/prepared-orders-sub does not/
      )
      const plan = { ackDeadline: Duration.seconds(60), retention: Duration.days(1) }
      for (const { subscription, topic } of Object.values(channels)) {
        yield* admin.createTopic(topic)
        yield* admin.createSubscription({ ...plan, topic: channels.orders.topic, subscription })
      }
      const stray = yield* Effect.flip(findPreparedTopics(channels))
      assert.match(stray.found, /prepared-payments-sub is not on .*prepared-payments$/)
      for (const { subscription, topic } of Object.values(channels)) {
        yield* admin.deleteSubscription(subscription)
        yield* admin.createSubscription({ ...plan, topic, subscription })
      }
      yield* findPreparedTopics(channels)
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )
})
