import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { StreamQuiet } from "../../../../src/pubsub/google/internal/StreamQuiet.ts"
import { deadStreamSeconds, leaseSeconds } from "../../../../src/pubsub/Limits.ts"
import { monotonicMillis } from "../../../../src/time/MonotonicClock.ts"

const begun = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const heard = { heardAt: 0, steadySince: 0, soundAt: 0 }
  const quiet = new StreamQuiet({
    clock,
    connection: heard,
    source: { soundAt: () => heard.soundAt },
    leaseSeconds
  })
  const pass = (seconds: number) => TestClock.adjust(Duration.seconds(seconds))
  /** The server gives a word on everything now. */
  const hear = () => {
    heard.heardAt = monotonicMillis(clock)
    heard.soundAt = heard.heardAt
  }
  quiet.observe(true)
  return { quiet, heard, pass, hear }
})

describe("the quiet of a subscription", () => {
  it.effect("[G5] is proved up to the last word of the server, and no further", () =>
    Effect.gen(function* () {
      const { hear, pass, quiet } = yield* begun
      yield* pass(5)
      assert.strictEqual(quiet.provenMillis, 0)
      hear()
      yield* pass(5)
      assert.strictEqual(quiet.provenMillis, 5_000)
      assert.strictEqual(quiet.unprovenMillis, 5_000)
    })
  )

  it.effect("[G5] is not proved by a word on another subscription", () =>
    Effect.gen(function* () {
      const { heard, pass, quiet } = yield* begun
      yield* pass(5)
      heard.heardAt = 5_000
      assert.strictEqual(quiet.provenMillis, 0)
    })
  )

  it.effect("[G5] means nothing until what was sent into a stream that was cut off has come again", () =>
    Effect.gen(function* () {
      const { hear, pass, quiet } = yield* begun
      yield* pass(5)
      quiet.streamEnded("sent-on")
      quiet.streamOpened()
      quiet.observe(true)
      assert.isTrue(quiet.mayBeLost)
      yield* pass(deadStreamSeconds + leaseSeconds)
      hear()
      assert.strictEqual(quiet.provenMillis, 0)
      assert.isFalse(quiet.mayBeLost)
      yield* pass(4)
      hear()
      assert.strictEqual(quiet.provenMillis, 4_000)
    })
  )

  it.effect(
    "[G5] begins anew with a stream that the server has ended by its own word, and loses nothing",
    () =>
      Effect.gen(function* () {
        const { hear, pass, quiet } = yield* begun
        yield* pass(5)
        quiet.streamEnded("nothing")
        assert.isFalse(quiet.mayBeLost)
        quiet.streamOpened()
        yield* pass(4)
        hear()
        assert.strictEqual(quiet.provenMillis, 4_000)
      })
  )
})
