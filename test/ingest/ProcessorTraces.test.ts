import { assert, describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Logger, Scope } from "effect"
import { TestClock } from "effect/testing"
import { lastSpansMillis } from "../../src/telemetry/Limits.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import type { Manner } from "../support/otlp/Collector.ts"
import type { SentSpan } from "../support/otlp/OtlpDecoder.ts"
import { makeTelemetry } from "../support/otlp/Telemetry.ts"
import { bytesOf, messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { attributeOf, makeWorld, ordersTopic, paymentsTopic, type World } from "../support/World.ts"

const traceOf = (number: number): string => number.toString(16).padStart(32, "0")
const spanOf = (number: number): string => number.toString(16).padStart(16, "0")
const traceparent = (number: number): string => `00-${traceOf(number)}-${spanOf(number)}-01`

const tracedOrders = (ids: ReadonlyArray<number>) =>
  ids.map((id) => messageOf(orderOf(BigInt(id)), { traceparent: traceparent(id) }))

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const spanNamed = (spans: ReadonlyArray<SentSpan>, name: string): SentSpan => {
  const span = spans.find((one) => one.name === name)
  if (span === undefined) throw new Error(`no span ${name} among ${spans.map((one) => one.name)}`)
  return span
}

describe("the traces of a processor", () => {
  it.effect(
    "one span for a batch, from its receipt to its acknowledgement, with a link for each message",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld({ batchSize: 3 })
        const { collector, tracing } = yield* makeTelemetry()
        yield* tracing(world.start())
        yield* world.publishRaw(
          ordersTopic,
          ...tracedOrders([1, 2]),
          messageOf(orderOf(3n), { googclient_traceparent: traceparent(3) })
        )
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        yield* pass("5 seconds")
        assert.strictEqual(collector.spans.length, 1)
        const span = spanNamed(collector.spans, `process ${ordersTopic}-sub`)
        expect(span).toMatchObject({
          kind: 5,
          status: 1,
          parentSpanId: "",
          scope: "counterfoil 1.2.3",
          events: ["decoded", "durable"],
          attributes: {
            "messaging.system": "gcp_pubsub",
            "messaging.batch.message_count": 3,
            "counterfoil.first_try": true,
            "counterfoil.fates.order-stored": 3
          },
          resource: { "service.name": "counterfoil", "service.version": "1.2.3", team: "payments" }
        })
        assert.deepStrictEqual(
          span.links.map(({ spanId, traceId }) => [traceId, spanId]),
          [1, 2, 3].map((id) => [traceOf(id), spanOf(id)])
        )
        assert.isTrue(span.end >= span.start)
      })
  )

  it.effect(
    "a dead letter carries the trace context of its message unchanged, and its span links to it",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { collector, tracing } = yield* makeTelemetry()
        yield* tracing(world.start())
        const attributes = {
          // More than a dead letter has room for beside its own.
          ...Object.fromEntries(Array.from({ length: 96 }, (_, index) => [`a${index}`, "x"])),
          traceparent: traceparent(7),
          tracestate: "vendor=1",
          googclient_traceparent: traceparent(8),
          googclient_tracestate: "vendor=2"
        }
        yield* world.publishRaw(ordersTopic, { data: bytesOf("{"), attributes, orderingKey: "" })
        yield* eventually("the message is settled", settled(world, ordersTopic))
        yield* pass("5 seconds")
        const [letter] = yield* world.deadLetters
        assert.isDefined(letter)
        for (const key of [
          "traceparent",
          "tracestate",
          "googclient_traceparent",
          "googclient_tracestate"
        ] as const)
          assert.strictEqual(attributeOf(letter, key), attributes[key])
        const span = spanNamed(collector.spans, `publish ${ordersTopic}-sub`)
        assert.deepStrictEqual(
          span.links.map(({ traceId }) => traceId),
          [traceOf(7)]
        )
        expect(span.attributes).toMatchObject({ "counterfoil.fates.dead-lettered(undecodable)": 1 })
      })
  )

  it.effect("a try that the store does not answer is a span with the reason, and so is the next one", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { collector, tracing } = yield* makeTelemetry()
      yield* tracing(world.start())
      world.storeFaults.encounter = () => "timed-out-unwritten"
      yield* world.publishRaw(ordersTopic, ...tracedOrders([1]))
      yield* pass("50 millis")
      world.storeFaults.encounter = () => "answered"
      yield* eventually("the order is settled", settled(world, ordersTopic))
      yield* pass("5 seconds")
      const [first, second] = collector.spans
      expect(first).toMatchObject({ status: 2, attributes: { "counterfoil.retried": 1 } })
      expect(first?.statusMessage).not.toBe("")
      expect(second).toMatchObject({ status: 1, attributes: { "counterfoil.first_try": false } })
      assert.deepStrictEqual(
        second?.links.map(({ traceId }) => traceId),
        [traceOf(1)]
      )
    })
  )

  it.effect("a dead letter that is redriven links to the trace of its message", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { collector, tracing } = yield* makeTelemetry()
      yield* tracing(world.start({ paymentGrace: Duration.zero, redriveInterval: Duration.seconds(10) }))
      yield* world.publishRaw(paymentsTopic, messageOf(paymentOf(1n), { traceparent: traceparent(9) }))
      yield* eventually(
        "the payment is a dead letter",
        Effect.map(world.deadLetters, (all) => all.length === 1)
      )
      yield* world.publishOrders(orderOf(1n))
      yield* pass("60 seconds")
      const span = spanNamed(collector.spans, "redrive dlq_payments_data-sub")
      expect(span.attributes).toMatchObject({ "counterfoil.fates.payment-matched": 1 })
      assert.deepStrictEqual(
        span.links.map(({ traceId }) => traceId),
        [traceOf(9)]
      )
    })
  )

  it.effect.each(["takes", "silent", "away", "refuses", "overloaded"] as const)(
    "[G1] [G8] with a collector that %s, orders are stored as soon, and a stop takes half a second more at most",
    (manner) =>
      Effect.gen(function* () {
        const { sentAfter, storedAfter, stoppedAfter } = yield* storesAndStops(manner)
        assert.isAtMost(storedAfter, 20)
        assert.strictEqual(stoppedAfter, 0)
        assert.isAtMost(sentAfter, lastSpansMillis)
      }).pipe(Effect.provide(Logger.layer([])))
  )
})

/** How long it takes to store 200 orders, to stop, and to send what is left to the collector. **Units**: ms of virtual time. */
const storesAndStops = Effect.fnUntraced(function* (manner: Manner) {
  const world = yield* makeWorld({ batchSize: 1 })
  const scope = yield* Scope.make()
  const { collector, tracing } = yield* Scope.provide(makeTelemetry(), scope)
  collector.manner = manner
  const process = yield* tracing(world.start())
  const began = yield* Clock.currentTimeMillis
  yield* world.publishRaw(ordersTopic, ...tracedOrders(Array.from({ length: 200 }, (_, index) => index + 1)))
  yield* eventually("the orders are settled", settled(world, ordersTopic))
  const stored = yield* Clock.currentTimeMillis
  yield* process.shutDown
  const stopped = yield* Clock.currentTimeMillis
  yield* Effect.raceFirst(Scope.close(scope, Exit.void), Effect.forever(TestClock.adjust("10 millis")))
  const sent = yield* Clock.currentTimeMillis
  return { storedAfter: stored - began, stoppedAfter: stopped - stored, sentAfter: sent - stopped }
})
