import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { gathering } from "../../src/deadletters/Gathering.ts"

describe("gathering", () => {
  it.effect(
    "what is called for while all requests are under way goes in one, and each call gets its own",
    () =>
      Effect.gen(function* () {
        const server = slowServer()
        const send = yield* gathering(server.send, { atOnce: 2, patienceMillis: 50 })
        const calls = yield* Effect.forEach([["a", "b"], ["c"], ["d"], ["e", "f"], []], (items) =>
          Effect.forkChild(send(items), { startImmediately: true })
        )
        assert.deepStrictEqual(server.requests, [["a", "b"], ["c"]])
        yield* server.answerOne
        assert.deepStrictEqual(yield* Fiber.join(calls[0] ?? assert.fail()), ["A", "B"])
        assert.deepStrictEqual(server.requests.slice(2), [["d", "e", "f"]])
        yield* server.answerOne
        yield* server.answerOne
        const answers = yield* Effect.forEach(calls, Fiber.join)
        assert.deepStrictEqual(answers.slice(1), [["C"], ["D"], ["E", "F"], []])
      })
  )

  it.effect("[G3] an interrupted call takes nothing from those whose request it shares", () =>
    Effect.gen(function* () {
      const server = slowServer()
      const send = yield* gathering(server.send, { atOnce: 1, patienceMillis: 50 })
      const fork = (item: string) => Effect.forkChild(send([item]), { startImmediately: true })
      const first = yield* fork("a")
      const interrupted = yield* fork("b")
      const other = yield* fork("c")
      yield* Fiber.interrupt(interrupted)
      yield* server.answerOne
      yield* server.answerOne
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(other)], [["A"], ["C"]])
    })
  )

  it.effect("[G3] a request that never ends holds up what comes after it for its patience at most", () =>
    Effect.gen(function* () {
      const server = slowServer()
      const send = yield* gathering(server.send, { atOnce: 1, patienceMillis: 50 })
      const fork = (item: string) => Effect.forkChild(send([item]), { startImmediately: true })
      yield* Effect.forEach(["silent", "a"], fork)
      yield* TestClock.adjust(49)
      yield* fork("b")
      assert.deepStrictEqual(server.requests, [["silent"]])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(server.requests, [["silent"], ["a", "b"]])
      yield* fork("c")
      yield* TestClock.adjust(50)
      assert.deepStrictEqual(server.requests, [["silent"], ["a", "b"], ["c"]])
    })
  )

  it.effect("a defect reaches every call of its request, and no other", () =>
    Effect.gen(function* () {
      const send = yield* gathering(
        (items: ReadonlyArray<string>) =>
          items.includes("bad") ? Effect.die("a bug") : Effect.succeed(items),
        { atOnce: 1, patienceMillis: 50 }
      )
      const exit = yield* Effect.exit(send(["bad"]))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.deepStrictEqual(yield* send(["good"]), ["good"])
    })
  )
})

/** Answers the oldest unanswered request when it is told to. */
const slowServer = () => {
  const requests: Array<ReadonlyArray<string>> = []
  const open: Array<Deferred.Deferred<void>> = []
  return {
    requests,
    send: (items: ReadonlyArray<string>) =>
      Effect.suspend(() => {
        requests.push(items)
        const answered = Deferred.makeUnsafe<void>()
        open.push(answered)
        return Effect.as(
          Deferred.await(answered),
          items.map((item) => item.toUpperCase())
        )
      }),
    answerOne: Effect.suspend(() => {
      const oldest = open.shift()
      return oldest === undefined
        ? Effect.die("nothing is open")
        : Effect.andThen(Deferred.succeed(oldest, undefined), Effect.yieldNow)
    })
  }
}
