import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { discarding } from "../support/DeadLetterFiles.ts"
import { memoryFiles } from "../support/MemoryFiles.ts"
import { ids, letterOf, publishLetters, remaining } from "../support/Redriving.ts"
import { makeWorld } from "../support/World.ts"

const undecodable = { ...everyDeadLetter, reasons: new Set(["undecodable"]) }

/** Dead letters of two reasons, and one of another deployment. */
const mixedWorld = Effect.gen(function* () {
  const world = yield* makeWorld()
  const bad = { "dlq-reason": "undecodable" }
  yield* publishLetters(
    world,
    ...ids(30).map((id) => letterOf(id, bad)),
    ...ids(20, 31).map((id) => letterOf(id)),
    letterOf(51n, { ...bad, "dlq-subscription": "projects/other/subscriptions/s" })
  )
  return world
})

describe("a discard", () => {
  it.effect("[G1] acknowledges what is meant, once it is in a file, and nothing else", () =>
    Effect.gen(function* () {
      const world = yield* mixedWorld
      const files = memoryFiles()
      let asked: readonly [number, number] | undefined
      const discard = yield* discarding(world, files, "a", {
        filter: undecodable,
        confirm: (counted) =>
          Effect.map(remaining(world), (letters) => {
            asked = [counted, letters.length]
            return true
          })
      })
      const { read: _, ...tally } = yield* discard.end
      assert.deepStrictEqual(tally, {
        ...{ counted: 30, acknowledged: 30, unconfirmed: 0, isExported: true },
        ...{ notMeant: 20, foreign: 1 }
      })
      assert.strictEqual(files.afterPowerLoss("a")?.trimEnd().split("\n").length, 30)
      assert.deepStrictEqual(asked, [30, 51], "nothing is acknowledged before the answer")
      assert.strictEqual((yield* remaining(world)).length, 21)
    })
  )

  it.effect(
    "[G1] without the right answer, or where the file cannot be finished, nothing is acknowledged",
    () =>
      Effect.gen(function* () {
        const world = yield* mixedWorld
        const files = memoryFiles()
        const declined = yield* discarding(world, files, "a", { confirm: () => Effect.succeed(false) })
        assert.deepInclude(yield* declined.end, { acknowledged: 0, isExported: false })
        assert.deepStrictEqual(files.names(), [])
        const taken = yield* discarding(world, files, "b", {
          confirm: () =>
            Effect.as(
              Effect.sync(() => files.write("b", "mine")),
              true
            )
        })
        assert.strictEqual((yield* Effect.flip(taken.end))._tag, "DeadLetterFileError")
        assert.strictEqual((yield* remaining(world)).length, 51)
        assert.strictEqual(files.read("b"), "mine")
      })
  )

  it.effect("[G1] what comes while it asks is neither counted nor acknowledged", () =>
    Effect.gen(function* () {
      const world = yield* mixedWorld
      const files = memoryFiles()
      const isAsked = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<boolean>()
      const discard = yield* discarding(world, files, "a", {
        filter: undecodable,
        confirm: () => Effect.andThen(Deferred.succeed(isAsked, undefined), Deferred.await(answer))
      })
      yield* eventually("the question", Deferred.isDone(isAsked))
      yield* publishLetters(world, letterOf(99n, { "dlq-reason": "undecodable" }))
      // Longer than any lease: what was counted is held all the while.
      yield* pass("10 minutes")
      yield* Deferred.succeed(answer, true)
      assert.deepInclude(yield* discard.end, { counted: 30, acknowledged: 30, unconfirmed: 0 })
      assert.strictEqual((yield* remaining(world)).length, 22)
    })
  )

  it.effect("[G1] interrupted while it asks it acknowledges nothing, and gives everything back", () =>
    Effect.gen(function* () {
      const world = yield* mixedWorld
      const files = memoryFiles()
      const isAsked = yield* Deferred.make<void>()
      const discard = yield* discarding(world, files, "a", {
        confirm: () => Effect.andThen(Deferred.succeed(isAsked, undefined), Effect.never)
      })
      yield* eventually("the question", Deferred.isDone(isAsked))
      yield* Effect.forkScoped(discard.interrupt)
      yield* pass("1 minute")
      assert.deepInclude(discard.tally(), { counted: 50, acknowledged: 0 })
      assert.strictEqual((yield* remaining(world)).length, 51)
      assert.deepStrictEqual(files.names(), [])
    })
  )

  it.effect(
    "without an export it acknowledges what it counted; those of other deployments where it is told to",
    () =>
      Effect.gen(function* () {
        const world = yield* mixedWorld
        const discard = yield* discarding(world, memoryFiles(), undefined, {
          filter: undecodable,
          includesForeign: true
        })
        assert.deepInclude(yield* discard.end, {
          counted: 31,
          acknowledged: 31,
          isExported: false,
          foreign: 0
        })
      })
  )
})
