import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import { makeRequestBatcher } from "../../src/deadletters/RequestBatcher.ts"

describe("gathering", () => {
  it.effect(
    "what is called for within a moment goes in one request, and each call gets its own answers",
    () =>
      Effect.gen(function* () {
        const { requests, send } = server()
        const gathered = yield* makeRequestBatcher(send, { millis: 20, enough: 100 })
        const first = yield* fork(gathered(["a", "b"]))
        yield* TestClock.adjust(19)
        const calls = [yield* fork(gathered(["c"])), yield* fork(gathered([])), yield* fork(gathered(["d"]))]
        assert.deepStrictEqual(requests, [])
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(requests, [["a", "b", "c", "d"]])
        assert.deepStrictEqual(yield* Fiber.join(first), ["A", "B"])
        assert.deepStrictEqual(yield* Effect.forEach(calls, Fiber.join), [["C"], [], ["D"]])
      })
  )

  it.effect("enough of them wait for no others, and are sent once", () =>
    Effect.gen(function* () {
      const { requests, send } = server()
      const gathered = yield* makeRequestBatcher(send, { millis: 20, enough: 3 })
      yield* fork(gathered(["a"]))
      assert.deepStrictEqual(yield* gathered(["b", "c"]), ["B", "C"])
      yield* fork(gathered(["d"]))
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(requests, [["a", "b", "c"], ["d"]])
    })
  )

  it.effect("[G3] a request that never ends holds up none that comes after it", () =>
    Effect.gen(function* () {
      const { send } = server()
      const gathered = yield* makeRequestBatcher(
        (items: ReadonlyArray<string>) => (items.includes("silent") ? Effect.never : send(items)),
        { millis: 20, enough: 100 }
      )
      yield* fork(gathered(["silent"]))
      yield* TestClock.adjust(20)
      const other = yield* fork(gathered(["a"]))
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(yield* Fiber.join(other), ["A"])
    })
  )

  it.effect(
    "[G3] an interrupted call takes nothing from those whose request it shares, and is not sent",
    () =>
      Effect.gen(function* () {
        const { requests, send } = server()
        const gathered = yield* makeRequestBatcher(send, { millis: 20, enough: 100 })
        const interrupted = yield* fork(gathered(["a"]))
        const other = yield* fork(gathered(["b"]))
        yield* Fiber.interrupt(interrupted)
        yield* TestClock.adjust(20)
        assert.deepStrictEqual(yield* Fiber.join(other), ["B"])
        assert.deepStrictEqual(requests, [["b"]])
      })
  )

  it.effect("a request that nobody waits for any more is interrupted, whether it was sent or not", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const note = (what: string) => Effect.sync(() => void heard.push(what))
      const gathered = yield* makeRequestBatcher(
        ([item]: ReadonlyArray<string>) =>
          Effect.andThen(note(`${item} sent`), Effect.never).pipe(
            Effect.onInterrupt(() => note(`${item} interrupted`))
          ),
        { millis: 20, enough: 100 }
      )
      const sent = yield* fork(gathered(["a"]))
      yield* TestClock.adjust(20)
      yield* Fiber.interrupt(sent)
      yield* Fiber.interrupt(yield* fork(gathered(["b"])))
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(heard, ["a sent", "a interrupted"])
    })
  )

  it.effect("when the scope closes, whoever waits is interrupted", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const gathered = yield* Scope.provide(
        makeRequestBatcher(server().send, { millis: 20, enough: 100 }),
        scope
      )
      const waiting = yield* fork(gathered(["a"]))
      yield* Scope.close(scope, Exit.void)
      const exit = yield* Fiber.await(waiting)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause))
    })
  )

  it.effect("a defect reaches every call of its request, and no other", () =>
    Effect.gen(function* () {
      const { send } = server()
      const gathered = yield* makeRequestBatcher(
        (items: ReadonlyArray<string>) => (items.includes("bad") ? Effect.die("a bug") : send(items)),
        { millis: 20, enough: 1 }
      )
      const exit = yield* Effect.exit(gathered(["bad"]))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.deepStrictEqual(yield* gathered(["good"]), ["GOOD"])
    })
  )
})

const fork = <A, E>(call: Effect.Effect<A, E>) => Effect.forkChild(call, { startImmediately: true })

/** Answers in capitals. */
const server = () => {
  const requests: Array<ReadonlyArray<string>> = []
  return {
    requests,
    send: (items: ReadonlyArray<string>) =>
      Effect.sync(() => {
        requests.push([...items])
        return items.map((item) => item.toUpperCase())
      })
  }
}
