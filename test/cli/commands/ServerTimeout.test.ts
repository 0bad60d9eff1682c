import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { connectedTo, withServerTimeout } from "../../../src/cli/commands/ServerTimeout.ts"

class Server extends Context.Service<Server, { readonly name: string }>()("test/Server") {}

/** What is left of a command that waits for a server, after so long. */
const onceOver = <A, E>(duration: `${number} seconds`, command: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.exit(command))
    yield* TestClock.adjust(duration)
    return fiber
  })

describe("the patience of a command", () => {
  it.effect("a server that never answers is given up after 10 s, by name", () =>
    Effect.gen(function* () {
      const waiting = yield* onceOver("9 seconds", Effect.flip(withServerTimeout("Cassandra")(Effect.never)))
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 seconds")
      const exit = yield* Fiber.join(waiting)
      assert.strictEqual(
        exit._tag === "Success" && exit.value.message,
        "Cassandra did not answer within 10 s"
      )
    })
  )

  it.effect("a connection that never comes about is given up after 10 s", () =>
    Effect.gen(function* () {
      const connection = Layer.effect(Server, Effect.never)
      const waiting = yield* onceOver(
        "11 seconds",
        Effect.flip(connectedTo("Pub/Sub", connection)(Effect.void))
      )
      const exit = yield* Fiber.join(waiting)
      assert.strictEqual(exit._tag === "Success" && exit.value.message, "Pub/Sub did not answer within 10 s")
    })
  )

  it.effect("work on a connection may last as long as it wants", () =>
    Effect.gen(function* () {
      const connection = Layer.succeed(Server, { name: "it" })
      const work = Effect.delay(
        Server.use(({ name }) => Effect.succeed(name)),
        "1 hour"
      )
      const waiting = yield* onceOver("3601 seconds", connectedTo("Pub/Sub", connection)(work))
      const exit = yield* Fiber.join(waiting)
      assert.strictEqual(exit._tag === "Success" && exit.value, "it")
    })
  )
})
