import { assert, describe, it } from "@effect/vitest"
import { GivenBackTimes } from "../../src/pubsub/GivenBackTimes.ts"

describe("GivenBackTimes", () => {
  it("[G5] the oldest counts until its time, and then the oldest of the rest", () => {
    const times = new GivenBackTimes()
    times.note(20, 60_000)
    times.note(10, 61_000)
    times.note(30, 62_000)
    assert.strictEqual(times.oldestMicros(0), 10)
    assert.strictEqual(times.oldestMicros(60_999), 10)
    assert.strictEqual(times.oldestMicros(61_000), 30)
    assert.isUndefined(times.oldestMicros(62_000))
  })

  it("[G5] what is noted within one second counts together, until its end", () => {
    const times = new GivenBackTimes()
    times.note(10, 59_001)
    times.note(20, 59_900)
    assert.strictEqual(times.oldestMicros(59_999), 10)
    assert.isUndefined(times.oldestMicros(60_000))
  })
})
