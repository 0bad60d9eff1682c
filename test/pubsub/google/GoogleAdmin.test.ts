/** What Google's client says of topics, subscriptions and permissions. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { GoogleAdmin } from "../../../src/pubsub/google/GoogleAdmin.ts"
import { toSubscriptionInfo, toTopicInfo } from "../../../src/pubsub/google/internal/ResourceInfo.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"
import { type ScriptedPubSub, scriptedPubSub } from "../../support/ScriptedPubSub.ts"
import { scriptedClient, scriptedName } from "./ScriptedSubscriber.ts"

const seconds = (count: number) => ({ seconds: count, nanos: 0 })

describe("a subscription as the service describes it", () => {
  it("has everything that was said of it", () => {
    const info = toSubscriptionInfo("asked", {
      name: "projects/p/subscriptions/s",
      topic: "projects/p/topics/t",
      detached: true,
      pushConfig: { pushEndpoint: "https://example.com/push" },
      ackDeadlineSeconds: 60,
      messageRetentionDuration: seconds(600),
      expirationPolicy: { ttl: seconds(86_400) },
      retryPolicy: { minimumBackoff: seconds(10), maximumBackoff: { seconds: "600", nanos: 500_000_000 } },
      deadLetterPolicy: { deadLetterTopic: "projects/p/topics/dead", maxDeliveryAttempts: 5 },
      filter: 'attributes.kind = "a"',
      enableMessageOrdering: true,
      enableExactlyOnceDelivery: true
    })
    assert.deepStrictEqual(info, {
      name: "projects/p/subscriptions/s",
      topic: Option.some("projects/p/topics/t"),
      detached: true,
      delivery: "push",
      pushEndpoint: Option.some("https://example.com/push"),
      ackDeadline: Duration.seconds(60),
      retention: Duration.minutes(10),
      expiration: Option.some(Duration.days(1)),
      retryPolicy: Option.some({
        minimumBackoff: Duration.seconds(10),
        maximumBackoff: Duration.millis(600_500)
      }),
      deadLetterPolicy: Option.some({ topic: "projects/p/topics/dead", maxDeliveryAttempts: 5 }),
      filter: Option.some('attributes.kind = "a"'),
      ordering: true,
      exactlyOnce: true
    })
  })

  it.each([
    [{ bigqueryConfig: { table: "p.d.t" } }, "bigquery"],
    [{ cloudStorageConfig: { bucket: "b" } }, "cloud-storage"],
    [{ pushConfig: { pushEndpoint: "" }, bigqueryConfig: null }, "pull"]
  ] as const)("that has %j is read by %s", (answer, delivery) => {
    assert.strictEqual(toSubscriptionInfo("asked", answer).delivery, delivery)
  })

  it("whose topic was deleted has none, and one without a policy's time never expires", () => {
    const info = toSubscriptionInfo("asked", { topic: "_deleted-topic_", expirationPolicy: { ttl: null } })
    assert.deepStrictEqual([info.topic, info.expiration], [Option.none(), Option.none()])
    assert.strictEqual(info.name, "asked")
  })
})

it("a topic as the service describes it has its retention and its schema", () => {
  const info = toTopicInfo("asked", {
    messageRetentionDuration: seconds(3_600),
    schemaSettings: { schema: "projects/p/schemas/s" }
  })
  assert.deepStrictEqual(info, {
    name: "asked",
    retention: Option.some(Duration.hours(1)),
    schema: Option.some("projects/p/schemas/s")
  })
})

describe("permissions on a scripted server", () => {
  const asked = ["pubsub.subscriptions.consume", "pubsub.subscriptions.get"]
  const test = (server: ScriptedPubSub) =>
    Effect.gen(function* () {
      const context = yield* Layer.build(GoogleAdmin.layer.pipe(Layer.provide(scriptedClient(server))))
      return yield* PubSubAdmin.use((admin) => admin.testPermissions(scriptedName, asked)).pipe(
        Effect.provide(context)
      )
    })

  it.live("those that are granted are told", () =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      server.script = { granted: (permissions) => permissions.slice(0, 1) }
      assert.deepStrictEqual(yield* test(server), { _tag: "Tested", granted: new Set(asked.slice(0, 1)) })
      server.script = { granted: () => [] }
      assert.deepStrictEqual(yield* test(server), { _tag: "Tested", granted: new Set<string>() })
    })
  )

  it.live("a server that knows none says that it is unsupported, and every other refusal is an error", () =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      server.script = { granted: () => ({ code: 12, details: "unknown service google.iam.v1.IAMPolicy" }) }
      assert.deepStrictEqual(yield* test(server), { _tag: "Unsupported" })
      server.script = { granted: () => ({ code: 16, details: "who are you?" }) }
      const error = yield* Effect.flip(test(server))
      assert.strictEqual(error.reason._tag, "CredentialsRefused")
      assert.include(error.resource, scriptedName)
    })
  )
})
