import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeRequestQueue } from "../../../src/cassandra/internal/RequestQueue.ts"
import { slowDriver } from "./SlowDriver.ts"

describe("RequestQueue", () => {
  it.effect("knows for how long nothing was answered though something was asked; an error is an answer", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 4, maxInFlight: 4 })
      const ask = Effect.forkChild(
        Effect.exit(requests.send("execute", { statements: 1, start: () => driver.take(1) }))
      )
      const heard = (answer: () => void) =>
        Effect.gen(function* () {
          const { answered } = driver
          answer()
          while (driver.answered === answered) yield* Effect.yieldNow
          for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
          return requests.unansweredMillis()
        })
      assert.strictEqual(requests.unansweredMillis(), 0)
      yield* Effect.all([ask, ask, ask, ask])
      yield* Effect.yieldNow
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(requests.unansweredMillis(), 3_000)
      assert.strictEqual(yield* heard(driver.timeOneOut), 3_000)
      assert.strictEqual(yield* heard(driver.answerOne), 0)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* heard(driver.refuseOne), 0)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(requests.unansweredMillis(), 2_000)
      assert.strictEqual(yield* heard(driver.answerOne), 0)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(requests.unansweredMillis(), 0)
      // One after the other, each of them given up.
      for (const _ of [1, 2]) {
        yield* ask
        yield* Effect.yieldNow
        yield* TestClock.adjust("6 seconds")
        yield* heard(driver.timeOneOut)
        assert.strictEqual(requests.unansweredMillis(), 0)
      }
      yield* ask
      yield* Effect.yieldNow
      assert.strictEqual(requests.unansweredMillis(), 12_000)
      yield* heard(driver.answerOne)
    })
  )

  it.effect("takes a statement that may be slow for no sign of a cluster that is lost", () =>
    Effect.gen(function* () {
      const driver = slowDriver()
      const requests = yield* makeRequestQueue({ minInFlight: 4, maxInFlight: 4 })
      const ask = (isPatient: boolean) =>
        Effect.forkChild(requests.send("execute", { statements: 1, isPatient, start: () => driver.take(1) }))
      yield* ask(true)
      yield* Effect.yieldNow
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(requests.unansweredMillis(), 0)
      yield* ask(false)
      yield* Effect.yieldNow
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(requests.unansweredMillis(), 3_000)
    })
  )
})
