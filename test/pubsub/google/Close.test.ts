/** How a subscription closes. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Scope } from "effect"
import { closeTimeoutSeconds } from "../../../src/pubsub/Limits.ts"
import { lostAs } from "../../../src/testing/SubscriptionReader.ts"
import { answered, batch, holding, subscriber, unavailable, until } from "./ScriptedSubscriber.ts"

describe("closing on a scripted server", () => {
  it.effect("[G8] acknowledgements under way are finished, and the rest is released at once", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { server, open, received } = yield* Scope.provide(holding(6), scope)
      yield* Effect.forkChild(open.ack(received.slice(0, 2)))
      yield* Effect.forkChild(open.setAside(received.slice(2, 4)))
      yield* Effect.yieldNow
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
      assert.deepStrictEqual(server.acknowledged.flat(), ["m-1", "m-2"])
      assert.deepStrictEqual(
        server.leaseChanges.filter(({ seconds }) => seconds === 0).flatMap(({ ackIds }) => ackIds),
        ["m-3", "m-4", "m-5", "m-6"]
      )
      for (const stream of server.streams) assert.isTrue(stream.isLeft)
    })
  )

  it.effect("[G8] after stop, what still arrives is released and not handed over", () =>
    Effect.gen(function* () {
      const { server, open, received, end } = yield* holding(2)
      yield* open.stop
      server.streams[1]?.send(batch("late", 2))
      yield* end
      yield* until("the release", () => server.leaseChanges.some(({ seconds }) => seconds === 0))
      assert.deepStrictEqual(
        server.leaseChanges.filter(({ seconds }) => seconds === 0).flatMap(({ ackIds }) => ackIds),
        ["late-1", "late-2"]
      )
      assert.strictEqual(received.length, 2)
      assert.deepStrictEqual(yield* answered(open.ack(received)), { done: 2, lost: [] })
    })
  )

  it.effect("[G8] closing ends although the server answers nothing any more", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const script = { changeLease: () => unavailable, acknowledge: () => unavailable }
      const { open, received } = yield* Scope.provide(holding(4, { script }), scope)
      const acking = yield* Effect.forkChild(open.ack(received.slice(0, 2)))
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
      yield* until("an answer", () => acking.pollUnsafe() !== undefined)
      const unanswered = lostAs("unanswered", received.slice(0, 2))
      assert.deepStrictEqual(yield* Fiber.join(acking), { done: 0, lost: unanswered })
      assert.deepStrictEqual(yield* open.ack(received), {
        done: 0,
        lost: lostAs("already-settled", received)
      })
    })
  )

  it.effect(
    "[G8] what was on the wire when closing began is released, although nothing else is left to do",
    () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const { server } = yield* Scope.provide(subscriber(), scope)
        yield* until("the streams", () => server.streams.length === 4)
        let streams = 0
        server.script.left = (stream) => {
          stream.send(batch(`late${++streams}`, 1))
          return undefined
        }
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
        assert.deepStrictEqual(
          server.leaseChanges
            .filter(({ seconds }) => seconds === 0)
            .flatMap(({ ackIds }) => ackIds)
            .sort(),
          ["late1-1", "late2-1", "late3-1", "late4-1"]
        )
      })
  )

  it.effect("[G8] closing keeps one deadline, although streams stay open and nothing is answered", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const script = {
        left: () => "silence" as const,
        changeLease: () => "silence" as const,
        acknowledge: () => "silence" as const
      }
      yield* Scope.provide(holding(4, { script }), scope)
      const before = yield* Clock.currentTimeMillis
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
      // A test's clock moves by 10 ms a step.
      assert.isAtMost((yield* Clock.currentTimeMillis) - before, closeTimeoutSeconds * 1_000 + 100)
    })
  )
})
