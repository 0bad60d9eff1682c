import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { DrainGivenUp, givingUpAfter } from "../../../src/cli/commands/DrainTimeout.ts"
import { exitCodeOf } from "../../../src/cli/Failure.ts"
import { fates } from "../../../src/domain/Fate.ts"
import { makeStreamLedger } from "../../../src/pipeline/StreamLedger.ts"
import { Health, type HealthPart, type HealthState, healthParts } from "../../../src/telemetry/Health.ts"
import { Metrics } from "../../../src/telemetry/Metrics.ts"
import { paymentOf, paymentWork } from "../../support/Samples.ts"

const away: HealthState = { _tag: "Unavailable", reason: "no answer from 192.0.2.1:9042" }

const set = (part: HealthPart, state: HealthState) => Health.use((health) => health.set(part, state))

const healthy = Effect.forEach(healthParts, (part) => set(part, { _tag: "Healthy" }), { discard: true })

/** A drain that never ends by itself, given 2 minutes. */
const drain = Effect.forkChild(Effect.flip(givingUpAfter(Duration.minutes(2))(Effect.never)), {
  startImmediately: true
})

const provided = Effect.provide(
  Layer.mergeAll(
    Health.layerWith(() => "start it"),
    Metrics.layer,
    Logger.layer([])
  )
)

describe("a drain that cannot go on", () => {
  it.effect("gives up after its time when the table never answers, and names what it waited for alone", () =>
    Effect.gen(function* () {
      const fiber = yield* drain
      yield* set("facts", { ...away, error: "unreachable" })
      yield* TestClock.adjust("119 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      const error = yield* Fiber.join(fiber)
      assert.instanceOf(error, DrainGivenUp)
      assert.deepStrictEqual(error.message.split("\n"), [
        "run --drain gives up: for 2m (--connect-timeout) this did not work; what has no fate yet is delivered again",
        "facts: unavailable: no answer from 192.0.2.1:9042; start it"
      ])
    }).pipe(provided)
  )

  it.effect("gives up when nothing at all is known after its time", () =>
    Effect.gen(function* () {
      const fiber = yield* drain
      yield* TestClock.adjust("121 seconds")
      assert.include((yield* Fiber.join(fiber)).message, "orders: starting")
    }).pipe(provided)
  )

  it.effect("goes on through outages that are shorter, however many", () =>
    Effect.gen(function* () {
      const fiber = yield* drain
      for (let time = 0; time < 5; time++) {
        yield* set("facts", away)
        yield* TestClock.adjust("110 seconds")
        yield* healthy
        yield* TestClock.adjust("2 seconds")
      }
      assert.isUndefined(fiber.pollUnsafe())
      yield* set("orders", away)
      yield* TestClock.adjust("121 seconds")
      assert.include((yield* Fiber.join(fiber)).message, "orders: unavailable")
    }).pipe(provided)
  )

  it.effect("needs no dead-letter topic, until deliveries wait for it", () =>
    Effect.gen(function* () {
      const ledger = makeStreamLedger(fates)
      yield* Metrics.use((metrics) => metrics.watch("payments", ledger))
      const fiber = yield* drain
      yield* healthy
      yield* set("dead-letters", away)
      yield* TestClock.adjust("10 minutes")
      assert.isUndefined(fiber.pollUnsafe())
      const payment = paymentWork(paymentOf(1n))
      ledger.received([payment]).moveTo(ledger.open("retrying"), [payment])
      yield* TestClock.adjust("122 seconds")
      assert.include((yield* Fiber.join(fiber)).message, "dead-letters: unavailable")
    }).pipe(provided)
  )

  it.effect("gives up when deliveries are retried, and none got its fate for its time", () =>
    Effect.gen(function* () {
      const ledger = makeStreamLedger(fates)
      yield* Metrics.use((metrics) => metrics.watch("payments", ledger))
      const fiber = yield* drain
      yield* healthy
      yield* set("facts", { _tag: "Degraded", reason: "Cassandra refuses this row" })
      const [stuck, other] = [paymentWork(paymentOf(1n)), paymentWork(paymentOf(2n))]
      const retrying = ledger.open("retrying")
      const received = ledger.received([stuck, other])
      received.moveTo(retrying, [stuck])
      yield* TestClock.adjust("110 seconds")
      received.fated("payment-matched", 1)
      yield* TestClock.adjust("110 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("15 seconds")
      const { message } = yield* Fiber.join(fiber)
      assert.include(message, "1 deliveries are retried, and none got its fate")
      assert.include(message, "facts: degraded: Cassandra refuses this row")
    }).pipe(provided)
  )
})

describe("the error of a drain that gave up", () => {
  it("is a failure that may pass: exit 1", () => {
    assert.strictEqual(exitCodeOf(Cause.fail(new DrainGivenUp({ after: Duration.zero, troubles: [] }))), 1)
  })
})
