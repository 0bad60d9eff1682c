import { assert, describe, it } from "@effect/vitest"
import cassandra from "cassandra-driver"
import { Duration, Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { makeRequestQueue } from "../../../src/cassandra/internal/RequestQueue.ts"
import { drainSeconds } from "../../../src/cassandra/Limits.ts"
import { slowDriver } from "./SlowDriver.ts"

describe("RequestQueue", () => {
  it.effect("[G6] no more statements are at the driver than allowed, whatever asks", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 7 })
      const all = yield* Effect.forEach(
        Array.from({ length: 60 }, (_, at) => 1 + (at % 5)),
        (weight) => requests.send("execute", { statements: weight, start: () => driver.take(weight) }),
        { concurrency: "unbounded" }
      ).pipe(Effect.forkChild)
      while (driver.answered < 60) {
        yield* Effect.yieldNow
        driver.answerOne()
      }
      yield* Fiber.join(all)
      assert.isAtMost(driver.most, 7)
      assert.isAtLeast(driver.most, 5)
    })
  )

  it.effect(
    "[G4] time-outs take what may be at the driver down to its least, good answers bring it back",
    () =>
      Effect.gen(function* () {
        const driver = slowDriver()
        const requests = yield* makeRequestQueue({ minInFlight: 2, maxInFlight: 8 })
        const mostAtOnce = Effect.fnUntraced(function* (answerOne: () => void) {
          driver.most = 0
          const callers = yield* Effect.forEach(
            Array.from({ length: 600 }),
            () => Effect.exit(requests.send("execute", { statements: 1, start: () => driver.take(1) })),
            { concurrency: "unbounded" }
          ).pipe(Effect.forkChild)
          yield* Effect.yieldNow
          while (callers.pollUnsafe() === undefined) {
            answerOne()
            yield* TestClock.adjust("40 millis")
          }
          return driver.most
        })
        assert.strictEqual(yield* mostAtOnce(driver.timeOneOut), 8)
        assert.strictEqual(requests.limit(), 2)
        assert.strictEqual(yield* mostAtOnce(driver.answerOne), 8)
        assert.strictEqual(requests.limit(), 8)
      })
  )

  it.effect("[G6] the limit follows the options it is given", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({
        minInFlight: 1,
        maxInFlight: 8,
        adaptiveLimit: { decreaseFactor: 0.75, windowStatements: 1, windowMillis: 1 }
      })
      const callers = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: 8 }),
          () => Effect.exit(requests.send("execute", { statements: 1, start: () => driver.take(1) })),
          { concurrency: "unbounded" }
        )
      )
      yield* Effect.yieldNow
      for (let answered = 0; answered < 8; answered++) {
        driver.timeOneOut()
        yield* TestClock.adjust("1 millis")
      }
      yield* Fiber.join(callers)
      assert.strictEqual(requests.limit(), 6)
    })
  )

  it.effect("a request heavier than all that is allowed goes alone", () =>
    Effect.gen(function* () {
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 2 })
      const answered = yield* requests.send("batch", {
        statements: 10,
        start: () => Promise.resolve("written")
      })
      assert.strictEqual(answered, "written")
    })
  )

  it.effect("[G6] an interrupted caller frees its permits only when the driver has answered", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 1 })
      const first = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      yield* Fiber.interrupt(first)
      const second = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      assert.strictEqual(driver.started, 1)
      driver.answerOne()
      while (driver.started < 2) yield* Effect.yieldNow
      driver.answerOne()
      yield* Fiber.join(second)
      assert.strictEqual(driver.most, 1)
    })
  )

  it.effect("an interruption while waiting for a permit sends nothing", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 1 })
      const first = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      const second = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      yield* Fiber.interrupt(second)
      driver.answerOne()
      yield* Fiber.join(first)
      assert.strictEqual(driver.started, 1)
      yield* requests.send("execute", { statements: 1, start: () => Promise.resolve() })
    })
  )

  it.effect("requests sent together are answered each in its place, and one that fails costs no other", () =>
    Effect.gen(function* () {
      const requests = yield* makeRequestQueue({ minInFlight: 2, maxInFlight: 2 })
      const refused = new cassandra.errors.OperationTimedOutError("no answer")
      const asked = [() => Promise.resolve("a"), () => Promise.reject(refused), () => Promise.resolve("c")]
      const answers = yield* requests.sendAll(
        "execute",
        asked.map((start) => ({ statements: 1, start }))
      )
      assert.deepStrictEqual(
        answers.map((answer) => (Result.isSuccess(answer) ? answer.success : answer.failure.reason._tag)),
        ["a", "TimedOut", "c"]
      )
      assert.deepStrictEqual(yield* requests.sendAll("execute", []), [])
    })
  )

  it.effect(
    "[G6] of requests sent together no more are at the driver than allowed, and an interruption sends no more",
    () =>
      Effect.gen(function* () {
        const driver = slowDriver()
        const requests = yield* makeRequestQueue({ minInFlight: 3, maxInFlight: 3 })
        const start = () => driver.take(1)
        const caller = yield* Effect.forkChild(
          requests.sendAll(
            "execute",
            Array.from({ length: 9 }, () => ({ statements: 1, start }))
          )
        )
        yield* Effect.yieldNow
        assert.strictEqual(driver.started, 3)
        driver.answerOne()
        while (driver.started < 4) yield* Effect.yieldNow
        yield* Fiber.interrupt(caller)
        for (const _ of [1, 2, 3]) driver.answerOne()
        yield* requests.drain
        assert.deepStrictEqual([driver.started, driver.most], [4, 3])
      })
  )

  it.effect("[G1] drain waits for the answer of an interrupted caller", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 4 })
      const caller = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      yield* Fiber.interrupt(caller)
      const drained = yield* Effect.forkChild(requests.drain)
      yield* Effect.yieldNow
      assert.isUndefined(drained.pollUnsafe())
      driver.answerOne()
      yield* Fiber.join(drained)
    })
  )

  it.effect("[G8] drain gives up on a driver that never answers", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 4 })
      const caller = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      const drained = yield* Effect.forkChild(requests.drain)
      yield* TestClock.adjust(`${drainSeconds} seconds`)
      yield* Fiber.join(drained)
      driver.answerOne()
      yield* Fiber.join(caller)
    })
  )

  it.effect("[G8] drain gives up after the time it is given", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ drainTimeout: Duration.millis(10) })
      const caller = yield* Effect.forkChild(
        requests.send("execute", { statements: 1, start: () => driver.take(1) })
      )
      yield* Effect.yieldNow
      const drained = yield* Effect.forkChild(requests.drain)
      yield* TestClock.adjust("9 millis")
      assert.isUndefined(drained.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(drained)
      driver.answerOne()
      yield* Fiber.join(caller)
    })
  )

  it.effect("a driver that throws is classified like one that rejects", () =>
    Effect.gen(function* () {
      const requests = yield* makeRequestQueue({ minInFlight: 1, maxInFlight: 1 })
      const error = yield* Effect.flip(
        requests.send("execute", {
          statements: 1,
          start: () => {
            throw new TypeError("no")
          }
        })
      )
      assert.strictEqual(error.reason._tag, "Faulty")
    })
  )
})
