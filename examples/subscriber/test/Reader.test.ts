import { assert, it } from "@effect/vitest"
import { MemoryBroker } from "counterfoil/pubsub/memory/MemoryBroker"
import { publishTexts, testPubSub } from "counterfoil/testing"
import { pass } from "counterfoil/testing/VirtualTime"
import { Effect, Fiber } from "effect"
import { readTexts } from "../src/Reader.ts"

it.effect("a text is handed on, and acknowledged only then", () => {
  const seen: Array<string> = []
  return Effect.gen(function* () {
    const broker = yield* MemoryBroker
    const left = Effect.map(broker.backlog("texts-sub"), ({ unacknowledged }) => unacknowledged.length)
    const reading = yield* Effect.forkChild(
      Effect.scoped(
        readTexts("texts-sub", (texts) =>
          Effect.sync(() => seen.push(...texts)).pipe(Effect.delay("5 seconds"))
        )
      )
    )
    yield* publishTexts("texts", "one", "two")
    yield* pass("4 seconds")
    assert.strictEqual(yield* left, 2)
    yield* pass("2 seconds")
    assert.deepStrictEqual({ seen, left: yield* left }, { seen: ["one", "two"], left: 0 })
    yield* Fiber.interrupt(reading)
  }).pipe(Effect.provide(testPubSub({ texts: "texts-sub" })))
})
