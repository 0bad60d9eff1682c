import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Result, Scope } from "effect"
import { DeadLetters } from "../../src/deadletters/DeadLetters.ts"
import { type ConsumerOptions, startConsumer } from "../../src/pipeline/Consumer.ts"
import type { Dispose } from "../../src/pipeline/Disposition.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { attributesOf, publishTexts, testPubSub } from "../../src/testing/TestPubSub.ts"
import { pass } from "../../src/testing/VirtualTime.ts"

type Failure = "unreadable" | "too early" | "away"
type Fate = "kept" | "refused" | "late"
type Reason = "unreadable" | "late"

const parts = DeadLetters.layer({ topic: "dead", appVersion: "test" }).pipe(
  Layer.provideMerge(testPubSub({ readings: "readings-sub", dead: "dead-sub" }))
)

const dispose: Dispose<Failure, Reason> = (failure, mayWait) => {
  if (failure === "away") return { _tag: "Retry", error: failure }
  if (failure === "too early" && mayWait) return { _tag: "Wait" }
  return { _tag: "DeadLetter", reason: failure === "unreadable" ? failure : "late", error: failure }
}

/** Readings: what each text does not say yet is told by `state`, which tests change. */
const readings = (
  state: { outcome: (text: string) => Result.Result<Fate, Failure> },
  options: Partial<ConsumerOptions<string, Failure, Fate, Reason>> = {}
) =>
  startConsumer<string, Failure, Fate, Reason>({
    subscription: "readings-sub",
    maxOutstandingMessages: 10,
    maxOutstandingBytes: 2 ** 20,
    decode: ({ data }) => {
      const text = new TextDecoder().decode(data)
      return text === "?" ? Result.fail("unreadable") : Result.succeed(text)
    },
    handle: (items) => Effect.sync(() => items.map(({ value }) => state.outcome(value))),
    dispose,
    fates: ["kept", "refused", "late"],
    deadLetterFate: (reason) => (reason === "late" ? "late" : "refused"),
    ...options
  })

const keeping = { outcome: (): Result.Result<Fate, Failure> => Result.succeed("kept") }
const early = { outcome: (): Result.Result<Fate, Failure> => Result.fail("too early") }
const waiting = { waitFor: "30 seconds", maxMessages: 3, maxBytes: 2 ** 20 } as const

const backlog = Effect.flatMap(MemoryBroker, (broker) => broker.backlog("readings-sub"))

describe("a consumer", () => {
  it.effect("[G7] gives each delivery one fate of the caller's own, and acknowledges it", () =>
    Effect.gen(function* () {
      const consumer = yield* readings(keeping)
      yield* publishTexts("readings", "12.5", "?", "13")
      yield* pass("1 second")
      const { fates, received } = consumer.totals()
      assert.deepStrictEqual({ fates, received }, { fates: { kept: 2, refused: 1, late: 0 }, received: 3 })
      assert.lengthOf((yield* backlog).unacknowledged, 0)
      const [letter] = yield* attributesOf("dead")
      assert.strictEqual(letter?.["dlq-reason"], "unreadable")
    }).pipe(Effect.provide(parts))
  )

  it.effect("starts before the server has answered, and says when it consumes", () =>
    Effect.gen(function* () {
      const broker = yield* MemoryBroker
      yield* broker.makeUnavailable("1 hour")
      const consumer = yield* readings(keeping)
      // supervised: looked at below
      const consuming = yield* Effect.forkChild(consumer.consuming)
      yield* pass("10 seconds")
      assert.isUndefined(consuming.pollUnsafe())
      yield* broker.heal
      yield* pass("10 seconds")
      assert.deepStrictEqual(consuming.pollUnsafe(), Exit.void)
    }).pipe(Effect.provide(parts))
  )

  it.effect("ends with the reason where the subscription is missing; whoever waits for it is told", () =>
    Effect.gen(function* () {
      const consumer = yield* readings(keeping, { subscription: "absent-sub" })
      for (const awaited of [consumer.ended, consumer.consuming, consumer.drained]) {
        const error = yield* Effect.flip(awaited)
        assert.strictEqual(error.reason._tag, "ResourceMissing")
      }
    }).pipe(Effect.provide(parts))
  )

  it.effect("[G4] tries again what cannot be kept now, and is drained once everything has its fate", () =>
    Effect.gen(function* () {
      const state: Parameters<typeof readings>[0] = { outcome: () => Result.fail("away") }
      const consumer = yield* readings(state)
      yield* publishTexts("readings", "1", "2")
      // supervised: looked at below
      const drained = yield* Effect.forkChild(consumer.drained)
      yield* pass("1 minute")
      assert.isUndefined(drained.pollUnsafe())
      assert.lengthOf(yield* attributesOf("dead"), 0)
      state.outcome = keeping.outcome
      yield* pass("20 seconds")
      assert.deepStrictEqual(drained.pollUnsafe(), Exit.void)
      assert.strictEqual(consumer.totals().fates.kept, 2)
    }).pipe(Effect.provide(parts))
  )
})

describe("what waits in a consumer", () => {
  it.effect("[G5] is tried again until its time is over, and only then is a dead letter", () =>
    Effect.gen(function* () {
      const consumer = yield* readings(early, { waiting })
      yield* publishTexts("readings", "1")
      yield* pass("29 seconds")
      assert.strictEqual(consumer.totals().waiting, 1)
      assert.lengthOf(yield* attributesOf("dead"), 0)
      yield* pass("2 seconds")
      assert.strictEqual(consumer.totals().fates.late, 1)
      const [letter] = yield* attributesOf("dead")
      assert.strictEqual(letter?.["dlq-reason"], "late")
    }).pipe(Effect.provide(parts))
  )

  it.effect("[G5] gets its fate as soon as it is woken", () =>
    Effect.gen(function* () {
      const state: Parameters<typeof readings>[0] = { ...early }
      const consumer = yield* readings(state, { waiting })
      yield* publishTexts("readings", "1", "2", "3")
      yield* pass("20 seconds")
      state.outcome = keeping.outcome
      yield* consumer.wake
      yield* pass(0)
      assert.strictEqual(consumer.totals().fates.kept, 3)
      assert.strictEqual(consumer.totals().waiting, 0)
    }).pipe(Effect.provide(parts))
  )

  it.effect("[G5] is tried once for each time it is woken, however many wait", () =>
    Effect.gen(function* () {
      let tries = 0
      const outcome = () => {
        tries++
        return early.outcome()
      }
      const consumer = yield* readings({ outcome }, { waiting: { ...waiting, maxMessages: 1_000 } })
      yield* publishTexts("readings", ...Array.from({ length: 250 }, (_, index) => `${index}`))
      yield* pass("10 seconds")
      assert.strictEqual(consumer.totals().waiting, 250)
      const before = tries
      yield* consumer.wake
      yield* pass(0)
      assert.strictEqual(tries - before, 250)
      yield* pass("1 second")
      assert.isBelow(tries - before, 3 * 250)
    }).pipe(Effect.provide(parts))
  )

  it.effect("[G6] is bounded: at the limit intake pauses, and goes on when there is room", () =>
    Effect.gen(function* () {
      const state: Parameters<typeof readings>[0] = { ...early }
      const consumer = yield* readings(state, { waiting })
      yield* publishTexts("readings", ...Array.from({ length: 40 }, (_, index) => `${index}`))
      yield* pass("5 seconds")
      const { received, waiting: inside } = consumer.totals()
      assert.strictEqual(inside, 3)
      // Those set aside, and as many as may be outstanding.
      assert.strictEqual(received, 13)
      state.outcome = keeping.outcome
      yield* pass("10 seconds")
      assert.strictEqual(consumer.totals().fates.kept, 40)
    }).pipe(Effect.provide(parts))
  )

  it.effect("[G3] a dead-letter topic that is away holds it, and delays no other that waits", () =>
    Effect.gen(function* () {
      const broker = yield* MemoryBroker
      const state: Parameters<typeof readings>[0] = { ...early }
      const consumer = yield* readings(state, { waiting })
      yield* broker.setTopicMissing("dead", true)
      yield* publishTexts("readings", "1")
      yield* pass("20 seconds")
      yield* publishTexts("readings", "2")
      yield* pass("15 seconds")
      state.outcome = (text) => (text === "2" ? keeping.outcome() : early.outcome())
      yield* pass("6 seconds")
      const away = consumer.totals()
      yield* broker.setTopicMissing("dead", false)
      yield* pass("10 minutes")
      assert.deepStrictEqual(away.fates, { kept: 1, refused: 0, late: 0 })
      assert.strictEqual(away.waiting, 1)
      assert.deepStrictEqual(consumer.totals().fates, { kept: 1, refused: 0, late: 1 })
    }).pipe(Effect.provide(parts))
  )
})

describe("the end of a consumer's scope", () => {
  it.effect("[G8] lets what is in flight have its fate, and releases what waits at once", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const answered = yield* Deferred.make<void>()
      const consumer = yield* readings(keeping, {
        waiting,
        handle: (items) =>
          Effect.forEach(items, ({ value }) =>
            value === "early"
              ? Effect.succeed<Result.Result<Fate, Failure>>(Result.fail("too early"))
              : Effect.as(Deferred.await(answered), keeping.outcome())
          )
      }).pipe(Scope.provide(scope))
      yield* publishTexts("readings", "early")
      yield* pass("1 second")
      yield* publishTexts("readings", "slow")
      yield* pass("1 second")
      // supervised: joined below
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* pass("5 seconds")
      assert.isUndefined(closing.pollUnsafe())
      assert.strictEqual(consumer.totals().released, 1)
      yield* Deferred.succeed(answered, undefined)
      yield* pass("1 second")
      assert.deepStrictEqual(closing.pollUnsafe(), Exit.void)
      const { fates, released } = consumer.totals()
      assert.deepStrictEqual({ kept: fates.kept, released }, { kept: 1, released: 1 })
      const { unacknowledged } = yield* backlog
      assert.deepStrictEqual(
        unacknowledged.map(({ data }) => new TextDecoder().decode(data)),
        ["early"]
      )
    }).pipe(Effect.provide(parts))
  )

  it.effect("[G8] takes no longer than the time it has; the rest is redelivered", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const consumer = yield* readings(keeping, {
        stopTimeout: "2 seconds",
        handle: () => Effect.never
      }).pipe(Scope.provide(scope))
      yield* publishTexts("readings", "1")
      yield* pass("1 second")
      // supervised: looked at below
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* pass("1 second")
      const early = closing.pollUnsafe()
      yield* pass("2 seconds")
      const inTime = closing.pollUnsafe()
      yield* pass("2 hours")
      assert.deepStrictEqual({ early, inTime }, { early: undefined, inTime: Exit.void })
      const { inFlight, released } = consumer.totals()
      assert.deepStrictEqual({ inFlight, released }, { inFlight: 0, released: 1 })
      assert.lengthOf((yield* backlog).unacknowledged, 1)
    }).pipe(Effect.provide(parts))
  )
})
