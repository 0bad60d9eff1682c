import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer } from "effect"
import { TestConsole } from "effect/testing"
import { namingAllMissing, withFates } from "../../../src/cli/commands/Run.ts"
import { remedyOf } from "../../../src/cli/Remedies.ts"
import { MemoryPubSub } from "../../../src/pubsub/memory/MemoryPubSub.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"
import { AccessDenied, PubSubError, ResourceMissing } from "../../../src/pubsub/PubSubError.ts"
import { Metrics } from "../../../src/telemetry/Metrics.ts"

const sources = { ordersSubscription: "orders-sub", paymentsSubscription: "payments-sub" }

const missing = new PubSubError({
  operation: "pull",
  resource: "projects/p/subscriptions/orders-sub",
  reason: new ResourceMissing({ cause: undefined })
})

const create = (topic: string, subscription: string) =>
  Effect.gen(function* () {
    const admin = yield* PubSubAdmin
    yield* admin.createTopic(topic)
    yield* admin.createSubscription({
      topic,
      subscription,
      ackDeadline: Duration.seconds(60),
      retention: Duration.days(7)
    })
  })

/** Pub/Sub, where the caller may not look at subscriptions. */
const unseen = Layer.effect(
  PubSubAdmin,
  Effect.map(PubSubAdmin, (admin) =>
    PubSubAdmin.of({
      ...admin,
      describeSubscription: (resource) => {
        const reason = new AccessDenied({ cause: undefined })
        return Effect.fail(new PubSubError({ operation: "get subscription", resource, reason }))
      }
    })
  )
).pipe(Layer.provide(MemoryPubSub.layer))

describe("run on missing subscriptions", () => {
  it.effect("names every one of them, and what creates them", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(namingAllMissing(sources)(Effect.fail(missing)))
      expect(error.message).toMatch(
        /^pull subscriptions: these do not exist: .*\/orders-sub, .*\/payments-sub$/
      )
      expect(error.isRetryable).toBe(false)
      expect(remedyOf(error)).toContain("counterfoil setup pubsub")
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("names it alone where the other is there", () =>
    Effect.gen(function* () {
      yield* create("payments", "payments-sub")
      expect(yield* Effect.flip(namingAllMissing(sources)(Effect.fail(missing)))).toBe(missing)
    }).pipe(Effect.provide(MemoryPubSub.layer))
  )

  it.effect("names the first one where subscriptions cannot be looked at", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(namingAllMissing(sources)(Effect.fail(missing)))).toBe(missing)
    }).pipe(Effect.provide(unseen))
  )
})

describe("the table of fates", () => {
  it.effect("is not printed where the work failed before anything was received", () =>
    Effect.gen(function* () {
      yield* Effect.flip(withFates(false)(Effect.fail(missing)))
      expect(yield* TestConsole.logLines).toEqual([])
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("is printed at the end, and after a stop", () =>
    Effect.gen(function* () {
      yield* withFates(false)(Effect.void)
      const fiber = yield* Effect.forkChild(withFates(false)(Effect.never), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      expect(yield* TestConsole.logLines).toHaveLength(2)
    }).pipe(Effect.provide(Metrics.layer))
  )
})
