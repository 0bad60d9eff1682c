import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeRedrivePace, type RedrivePaceOptions } from "../../src/ingest/RedrivePace.ts"

/** Tries letters in batches of 100 for as long as the pace admits; answers what was admitted, and when. */
const run = Effect.fnUntraced(function* (
  options: RedrivePaceOptions,
  letters: number,
  failsAt: (letter: number) => boolean = () => false
) {
  const pace = yield* makeRedrivePace(options)
  const admitted: Array<{ readonly letters: number; readonly millis: number }> = []
  const beganAt = yield* Clock.currentTimeMillis
  const fiber = yield* Effect.forkChild(
    Effect.gen(function* () {
      let tried = 0
      while (tried < letters) {
        const count = yield* pace.admit(Math.min(100, letters - tried))
        if (count === 0) break
        admitted.push({ letters: count, millis: (yield* Clock.currentTimeMillis) - beganAt })
        const failed = Array.from({ length: count }, (_, index) => tried + index).filter(failsAt).length
        tried += count
        pace.tried(count, failed)
      }
      return tried
    })
  )
  for (let step = 0; step < 100_000 && fiber.pollUnsafe() === undefined; step++)
    yield* TestClock.adjust("10 millis")
  const tried = yield* Fiber.join(fiber)
  return { tried, admitted, stoppedBy: pace.stoppedBy(), last: admitted.at(-1)?.millis ?? 0 }
})

describe("the pace of a redrive", () => {
  it.effect("without conditions everything is tried at once, as it comes", () =>
    Effect.gen(function* () {
      const { admitted, last, stoppedBy, tried } = yield* run({}, 1_000)
      assert.deepStrictEqual([tried, admitted.length, last, stoppedBy], [1_000, 10, 0, undefined])
    })
  )

  it.effect("the limit is exact, and ends the redrive with the last of them", () =>
    Effect.gen(function* () {
      const { stoppedBy, tried } = yield* run({ limit: 250 }, 1_000)
      assert.deepStrictEqual([tried, stoppedBy], [250, "limit"])
    })
  )

  it.effect("a rate is kept over any second, and evenly", () =>
    Effect.gen(function* () {
      const { admitted, last, tried } = yield* run({ rate: 200 }, 1_000)
      assert.strictEqual(tried, 1_000)
      assert.isAtLeast(last, 4_900)
      assert.isAtMost(last, 5_100)
      for (const { millis } of admitted) {
        const within = admitted.filter((one) => one.millis >= millis && one.millis < millis + 1_000)
        assert.isAtMost(
          within.reduce((sum, { letters }) => sum + letters, 0),
          200
        )
      }
    })
  )

  it.effect("a rate below one a second is kept too", () =>
    Effect.gen(function* () {
      const { admitted } = yield* run({ rate: 0.5 }, 4)
      assert.deepStrictEqual(
        admitted.map(({ letters, millis }) => [letters, millis]),
        [
          [1, 0],
          [1, 2_000],
          [1, 4_000],
          [1, 6_000]
        ]
      )
    })
  )

  it.effect("a ramp tries its steps, the last again and again", () =>
    Effect.gen(function* () {
      const { admitted, tried } = yield* run({ ramp: [1, 10, 50] }, 200)
      assert.strictEqual(tried, 200)
      assert.deepStrictEqual(
        admitted.map(({ letters }) => letters),
        [1, 10, 50, 50, 50, 39]
      )
    })
  )

  it.effect("with a ramp alone, a step with any failure is the last", () =>
    Effect.gen(function* () {
      const { stoppedBy, tried } = yield* run({ ramp: [1, 10, 100] }, 500, (letter) => letter === 5)
      assert.deepStrictEqual([tried, stoppedBy], [11, "failures"])
    })
  )

  it.effect("failures are looked at between the steps, and so many may be", () =>
    Effect.gen(function* () {
      const failsAt = (letter: number) => letter >= 5 && letter < 9
      const allowed = (count: number) => ({ _tag: "Count", count }) as const
      const ramp = [1, 10, 100]
      const four = yield* run({ ramp, failuresAllowed: allowed(4) }, 300, failsAt)
      assert.deepStrictEqual([four.tried, four.stoppedBy], [300, undefined])
      const three = yield* run({ ramp, failuresAllowed: allowed(3) }, 300, failsAt)
      assert.deepStrictEqual([three.tried, three.stoppedBy], [11, "failures"])
    })
  )

  it.effect("a share of failures is one of those tried so far", () =>
    Effect.gen(function* () {
      const failuresAllowed = { _tag: "Share", share: 0.05 } as const
      const every = (nth: number) => (letter: number) => letter % nth === nth - 1
      const fine = yield* run({ failuresAllowed }, 1_000, every(25))
      assert.deepStrictEqual([fine.tried, fine.stoppedBy], [1_000, undefined])
      const bad = yield* run({ failuresAllowed }, 1_000, every(10))
      assert.deepStrictEqual([bad.tried, bad.stoppedBy], [100, "failures"])
    })
  )
})
