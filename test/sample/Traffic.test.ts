import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Message } from "../../src/pubsub/Message.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import {
  PubSubError,
  type PubSubReason,
  PubSubUnavailable,
  ResourceMissing
} from "../../src/pubsub/PubSubError.ts"
import { waves } from "../../src/sample/Generator.ts"
import { noTraffic, publishTraffic, type TrafficPlan } from "../../src/sample/Traffic.ts"

const plan: TrafficPlan = {
  topics: { orders: "o", payments: "p" },
  rate: Infinity,
  orders: 500,
  payments: 500,
  seed: 3,
  firstId: 1,
  unmatched: 0.1,
  early: 0.1,
  duplicates: 0.1,
  poison: 0.1
}

interface Published {
  readonly topic: string
  readonly text: string
}

/** A publisher that keeps what it accepts, and refuses what `refuse` says. */
const publisherOf = (
  accepted: Array<Published>,
  refuse: (call: number, index: number) => PubSubReason | undefined
) => {
  let call = -1
  const answer = (topic: string, message: Message, index: number): Result.Result<string, PubSubError> => {
    const reason = refuse(call, index)
    if (reason !== undefined)
      return Result.fail(new PubSubError({ operation: "publish", resource: topic, reason }))
    return Result.succeed(
      String(accepted.push({ topic, text: Buffer.from(message.data).toString("latin1") }))
    )
  }
  return Layer.succeed(Publisher, {
    publish: (topic, messages) =>
      Effect.sync(() => {
        call += 1
        return messages.map((message, index) => answer(topic, message, index))
      })
  })
}

const last = (plan: TrafficPlan) =>
  publishTraffic(plan).pipe(Stream.runLast, Effect.map(Option.getOrElse(() => noTraffic)))

const sorted = (published: ReadonlyArray<Published>) =>
  published.map(({ topic, text }) => `${topic} ${text}`).sort()

const whole = [...waves(plan, 100)].flat()
const expected = whole
  .map(({ stream, message }) => `${stream.slice(0, 1)} ${Buffer.from(message.data).toString("latin1")}`)
  .sort()

describe("publishTraffic", () => {
  it.effect("publishes every message to its stream's topic and totals what is to become of it", () =>
    Effect.gen(function* () {
      const accepted: Array<Published> = []
      const totals = yield* last(plan).pipe(Effect.provide(publisherOf(accepted, () => undefined)))
      assert.deepStrictEqual(sorted(accepted), expected)
      assert.strictEqual(totals.published.orders + totals.published.payments, whole.length)
      for (const [fate, count] of Object.entries(totals.expected)) {
        assert.strictEqual(count, whole.filter((item) => item.fate === fate).length)
      }
    })
  )

  it.effect("leaves out a stream without a topic", () =>
    Effect.gen(function* () {
      const accepted: Array<Published> = []
      const totals = yield* last({ ...plan, topics: { payments: "p" } }).pipe(
        Effect.provide(publisherOf(accepted, () => undefined))
      )
      assert.deepStrictEqual(
        sorted(accepted),
        expected.filter((line) => line.startsWith("p"))
      )
      assert.strictEqual(totals.published.orders, 0)
      assert.strictEqual(totals.expected["order-stored"], 0)
    })
  )

  it.effect("publishes again what was not accepted, and only that", () =>
    Effect.gen(function* () {
      const accepted: Array<Published> = []
      const away = new PubSubUnavailable({ detail: "away", cause: "away" })
      const refuse = (call: number, index: number) => (call < 3 || index % 7 === call % 3 ? away : undefined)
      const fiber = yield* last({ ...plan, orders: 50, payments: 0, poison: 0 }).pipe(
        Effect.provide(publisherOf(accepted, refuse)),
        Effect.forkChild
      )
      yield* TestClock.adjust("9 seconds")
      const totals = yield* Fiber.join(fiber)
      const texts = accepted.map(({ text }) => text)
      assert.strictEqual(texts.length, totals.published.orders)
      assert.strictEqual(new Set(texts).size, 50)
    })
  )

  it.effect("fails at once when the topic is missing", () =>
    Effect.gen(function* () {
      const missing = new ResourceMissing({ cause: "no such topic" })
      const error = yield* Effect.flip(last(plan)).pipe(Effect.provide(publisherOf([], () => missing)))
      assert.strictEqual(error.reason._tag, "ResourceMissing")
    })
  )

  it.effect("gives up after ten seconds without an answer", () =>
    Effect.gen(function* () {
      const away = new PubSubUnavailable({ detail: "away", cause: "away" })
      const fiber = yield* Effect.flip(last(plan)).pipe(
        Effect.provide(publisherOf([], () => away)),
        Effect.forkChild
      )
      yield* TestClock.adjust("8 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("8 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "PubSubUnavailable")
    })
  )

  it.effect("gives up after ten seconds on a publish that is never answered", () =>
    Effect.gen(function* () {
      const silent = Layer.succeed(Publisher, { publish: () => Effect.never })
      const fiber = yield* Effect.flip(last(plan)).pipe(Effect.provide(silent), Effect.forkChild)
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(fiber.pollUnsafe()?._tag, "Success")
      assert.match((yield* Fiber.join(fiber)).message, /does not answer/)
    })
  )

  it.effect("keeps the rate, evenly", () =>
    Effect.gen(function* () {
      const accepted: Array<Published> = []
      const paced = { ...plan, orders: Infinity, payments: Infinity, rate: 200 }
      yield* publishTraffic(paced).pipe(
        Stream.runDrain,
        Effect.provide(publisherOf(accepted, () => undefined)),
        Effect.forkChild
      )
      for (let second = 1; second <= 20; second++) {
        yield* TestClock.adjust("1 second")
        assert.isAtMost(Math.abs(accepted.length - 200 * second), 20)
      }
    })
  )
})
