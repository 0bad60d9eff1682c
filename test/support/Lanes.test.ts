import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { inLanes } from "./Lanes.ts"

describe("inLanes", () => {
  it.effect("does every item once, and a lane that is done takes the next one", () =>
    Effect.gen(function* () {
      const others = yield* Deferred.make<void>()
      const done: Array<string> = []
      // The first item lasts until all others are done: one lane has to do them alone.
      yield* inLanes(["a", "b"], [1, 2, 3, 4], (lane, item) =>
        Effect.gen(function* () {
          if (item === 1) yield* Deferred.await(others)
          done.push(`${lane}${item}`)
          if (item === 4) yield* Deferred.succeed(others, undefined)
        })
      )
      assert.deepStrictEqual(done, ["b2", "b3", "b4", "a1"])
    })
  )

  it.effect("a failure ends all lanes", () =>
    Effect.gen(function* () {
      const done: Array<number> = []
      const result = yield* Effect.flip(
        inLanes(["a", "b"], [1, 2, 3], (_, item) =>
          item === 1
            ? Effect.never
            : item === 2
              ? Effect.fail("broken")
              : Effect.sync(() => void done.push(item))
        )
      )
      assert.strictEqual(result, "broken")
      assert.deepStrictEqual(done, [])
    })
  )
})
