/** What options are filled in with, and which are refused. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { GoogleAdmin } from "../../src/pubsub/google/GoogleAdmin.ts"
import { GoogleClient, type GoogleClientOptions } from "../../src/pubsub/google/GoogleClient.ts"
import * as Limits from "../../src/pubsub/Limits.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../src/pubsub/memory/MemoryPublisher.ts"
import { type PublisherOptions, resolvePublisherOptions } from "../../src/pubsub/Publisher.ts"
import {
  InvalidOptions,
  resolveOptions,
  type SubscriptionOptions
} from "../../src/pubsub/SubscriptionOptions.ts"
import { settingsFor } from "./google/ScriptedSubscriber.ts"

const required: SubscriptionOptions = {
  subscription: "sub",
  maxOutstandingMessages: 1,
  maxOutstandingBytes: 1
}

/** The defect an effect ends with, as its message. */
const refusalOf = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.exit(effect), (exit) => {
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    return error instanceof InvalidOptions ? error.message : undefined
  })

describe("options of a subscription", () => {
  it.effect("are the limits of the library where they are left out", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* resolveOptions(required), {
        ...required,
        leaseSeconds: Limits.leaseSeconds,
        leaseExtendMillis: Limits.leaseExtendSeconds * 1_000,
        leaseCallMillis: Limits.leaseCallSeconds * 1_000,
        leaseTotalMillis: Limits.leaseTotalMinutes * 60_000,
        heldIdsMax: Limits.heldIdsMax,
        heldIdsLeaseSeconds: Limits.heldIdsLeaseSeconds,
        heldIdsExtendMillis: Limits.heldIdsExtendSeconds * 1_000,
        streams: undefined,
        streamMinBytes: Limits.streamMinBytes,
        heartbeatMillis: Limits.heartbeatSeconds * 1_000,
        heartbeatAnswerMillis: Limits.heartbeatAnswerSeconds * 1_000,
        settleDelayMillis: Limits.settleDelayMillis,
        ackGatherMillis: Limits.settleDelayMillis,
        settleTimeoutMillis: Limits.settleTimeoutSeconds * 1_000,
        settleCallMillis: Limits.ackCallSeconds * 1_000,
        closeTimeoutMillis: Limits.closeTimeoutSeconds * 1_000
      })
    })
  )

  const longest: Partial<SubscriptionOptions> = {
    lease: {
      duration: "10 minutes",
      extendEvery: "5 minutes",
      callTimeout: "2 seconds",
      total: "10 minutes"
    },
    heldIds: { max: 0, lease: "10 seconds", extendEvery: "3 seconds" },
    streams: { count: 1, minBytes: 10_000_000 },
    settle: { delay: 0, retryFor: 0 }
  }
  it.effect("may be as long or as short as Pub/Sub and the guarantees allow", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* refusalOf(resolveOptions({ ...required, ...longest })))
    })
  )

  it.effect("settle.delay alone may be as long as it likes", () =>
    Effect.gen(function* () {
      const { ackGatherMillis } = yield* resolveOptions({ ...required, settle: { delay: "5 seconds" } })
      assert.strictEqual(ackGatherMillis, 5_000)
    })
  )

  const refused: ReadonlyArray<readonly [string, Partial<SubscriptionOptions>]> = [
    ["lease.duration is 9 s", { lease: { duration: "9 seconds" } }],
    ["lease.duration is 601 s", { lease: { duration: "601 seconds" } }],
    ["lease.duration is 10.5 s", { lease: { duration: "10500 millis" } }],
    ["has to be at least twice", { lease: { duration: "60 seconds", extendEvery: "30001 millis" } }],
    ["has to be at least twice", { lease: { extendEvery: 0 } }],
    ["leaves no time for a second request", { lease: { extendEvery: "4 seconds" } }],
    ["leaves no time for a second request", { lease: { callTimeout: "3 seconds" } }],
    ["lease.total is at least lease.duration", { lease: { total: "9 seconds" } }],
    ["leaseTotalMillis is Infinity", { lease: { total: "Infinity" } }],
    ["heldIds.lease is 9 s", { heldIds: { lease: "9 seconds" } }],
    ["has to be at least twice", { heldIds: { extendEvery: "31 seconds" } }],
    ["settle.gather is below lease.extendEvery", { settle: { gather: "3 seconds" } }],
    ["heldIds.max is a whole number", { heldIds: { max: 1.5 } }],
    ["heldIdsMax is -1", { heldIds: { max: -1 } }],
    ["maxOutstandingMessages is a whole number", { maxOutstandingMessages: 0 }],
    ["maxOutstandingMessages is NaN", { maxOutstandingMessages: Number.NaN }],
    ["maxOutstandingBytes is at least 1", { maxOutstandingBytes: 0 }],
    ["streams.count is a whole number", { streams: { count: 0 } }],
    ["streams.minBytes is at least 10000000", { streams: { minBytes: 9_999_999 } }],
    ["a heartbeat takes its time", { streams: { heartbeatEvery: 0 } }],
    ["a timeout is above 0", { closeTimeout: 0 }],
    ["a timeout is above 0", { settle: { callTimeout: 0 } }]
  ]
  it.effect.each(refused)("are refused, and why: %s (%j)", ([detail, options]) =>
    Effect.gen(function* () {
      const refusal = yield* refusalOf(resolveOptions({ ...required, ...options }))
      assert.include(refusal, detail)
      assert.include(refusal, "options of sub: ")
    })
  )
})

describe("options of a publisher", () => {
  const refused: ReadonlyArray<readonly [string, PublisherOptions]> = [
    ["maxOutstandingMessages is at least 1000", { maxOutstandingMessages: 999 }],
    ["maxOutstandingBytes is at least 10000000", { maxOutstandingBytes: 1 }],
    ["callTimeout is above 0", { callTimeout: 0 }],
    ["retryFor is not below 0", { retryFor: -1 }]
  ]
  it.effect.each(refused)("are refused, and why: %s", ([detail, options]) =>
    Effect.gen(function* () {
      assert.include(yield* refusalOf(resolvePublisherOptions(options)), detail)
      const layer = MemoryPublisher.layerWith(options).pipe(Layer.provide(MemoryBroker.layer))
      assert.include(yield* refusalOf(Effect.scoped(Layer.build(layer))), detail)
    })
  )
})

describe("options of Google's client", () => {
  const build = (options: GoogleClientOptions) =>
    Effect.scoped(Layer.build(GoogleClient.layer(settingsFor("127.0.0.1:1"), options)))
  const refused: ReadonlyArray<readonly [string, GoogleClientOptions]> = [
    ["answerTimeout is below renewAfter", { answerTimeout: "10 seconds" }],
    ["answerTimeout is below renewAfter", { renewAfter: "1 second" }],
    ["keepAliveEvery and keepAliveTimeout are above 0", { keepAliveEvery: 0 }]
  ]
  it.effect.each(refused)("are refused, and why: %s (%j)", ([detail, options]) =>
    Effect.gen(function* () {
      assert.include(yield* refusalOf(build(options)), detail)
    })
  )

  it.effect("of its admin too", () =>
    Effect.gen(function* () {
      const layer = GoogleAdmin.layerWith({ callTimeout: 0 }).pipe(
        Layer.provide(GoogleClient.layer(settingsFor("127.0.0.1:1")))
      )
      assert.include(yield* refusalOf(Effect.scoped(Layer.build(layer))), "callTimeout is above 0")
    })
  )
})
