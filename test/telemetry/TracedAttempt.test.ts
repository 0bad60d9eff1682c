import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import type { Batch, BatchAttempt } from "../../src/pipeline/BatchAttempt.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { BatchTracing } from "../../src/telemetry/BatchTracing.ts"
import { tracedAttempt } from "../../src/telemetry/TracedAttempt.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { makeTelemetry } from "../support/otlp/Telemetry.ts"
import { deliveryOf } from "../support/Samples.ts"

type Attempt = BatchAttempt<string, string, "done", "bad">

const unsettled = {
  retry: [],
  wait: [],
  leave: [],
  deadLetters: [],
  storeError: undefined,
  mayBeOfOne: false
}

const attemptThat = (settle: Attempt["settle"]): Attempt => ({
  settle,
  deadLetter: () => Effect.succeed([]),
  successes: () => 0
})

const batchOf = (deliveries: Batch<string, string, "done">["deliveries"]): Batch<string, string, "done"> => ({
  deliveries,
  entry: makeStreamLedger(["done"]).open("inFlight"),
  mayWait: () => false,
  isFirstTry: true,
  onDurable: () => {}
})

const one = { delivery: deliveryOf("m1"), decoded: Result.succeed("x"), receivedAtMillis: 0 }

const options = { subscription: "projects/p/subscriptions/s", operation: "process" } as const

describe("an attempt that is traced", () => {
  it.effect("is the attempt itself where no batch is traced", () =>
    Effect.gen(function* () {
      const attempt = attemptThat(() => Effect.succeed(unsettled))
      assert.strictEqual(yield* tracedAttempt(attempt, options), attempt)
    })
  )

  it.effect("nothing is read of the messages of a batch that is not sampled", () =>
    Effect.gen(function* () {
      const { collector, tracing } = yield* makeTelemetry({ tracedShare: 1e-9 })
      const unreadable = new Proxy(one, {
        get: () => {
          throw new Error("read")
        }
      })
      const given: Array<unknown> = []
      const attempt = attemptThat((batch) =>
        Effect.sync(() => {
          given.push(batch)
          return unsettled
        })
      )
      const batch = batchOf([unreadable])
      yield* tracing(Effect.flatMap(tracedAttempt(attempt, options), ({ settle }) => settle(batch)))
      yield* pass("10 seconds")
      assert.strictEqual(given[0], batch)
      assert.strictEqual(collector.spans.length, 0)
    })
  )

  it.effect("that is interrupted ends its span, and says so", () =>
    Effect.gen(function* () {
      const { collector, tracing } = yield* makeTelemetry()
      const traced = yield* tracing(
        tracedAttempt(
          attemptThat(() => Effect.never),
          options
        )
      )
      const fiber = yield* Effect.forkChild(traced.settle(batchOf([one])))
      yield* pass("1 second")
      yield* Fiber.interrupt(fiber)
      yield* pass("5 seconds")
      expect(collector.spans).toMatchObject([
        { name: "process s", status: 0, attributes: { "effect.fiber.interrupted": true } }
      ])
      assert.strictEqual((collector.spans[0]?.end ?? 0n) - (collector.spans[0]?.start ?? 0n), 1_000_000_000n)
    })
  )

  it.effect("that dies ends its span with an error", () =>
    Effect.gen(function* () {
      const { collector, tracing } = yield* makeTelemetry()
      const traced = yield* tracing(
        tracedAttempt(
          attemptThat(() => Effect.die(new Error("a bug"))),
          options
        )
      )
      yield* Effect.exit(traced.settle(batchOf([one])))
      yield* pass("5 seconds")
      expect(collector.spans).toMatchObject([{ status: 2, statusMessage: "a bug" }])
    })
  )

  it.effect("a share is decided for each batch by itself", () =>
    Effect.gen(function* () {
      const { collector, tracing } = yield* makeTelemetry({ tracedShare: 0.5 })
      assert.isDefined(yield* tracing(BatchTracing))
      const attempt = attemptThat(() => Effect.succeed(unsettled))
      const traced = yield* tracing(tracedAttempt(attempt, options))
      for (let batch = 0; batch < 1_000; batch++) yield* traced.settle(batchOf([one]))
      yield* pass("10 seconds")
      expect(collector.spans.length).toBeGreaterThan(400)
      expect(collector.spans.length).toBeLessThan(600)
    })
  )
})
