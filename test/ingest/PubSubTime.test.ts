import { assert, describe, it } from "@effect/vitest"
import { PubSubTime } from "../../src/ingest/PubSubTime.ts"
import type { NewestMessage } from "../../src/pipeline/StreamLedger.ts"

const noon = 1_700_000_000_000_000

describe("PubSubTime", () => {
  it("[G5] is unknown where nothing shows it", () => {
    const time = new PubSubTime(() => undefined)
    assert.isUndefined(time.at(1_000))
    time.sawRow(Number.NEGATIVE_INFINITY, 1_000)
    assert.isUndefined(time.at(1_000))
  })

  it("[G5] is the newest publish time and the monotonic time since its receipt, before it too", () => {
    const time = new PubSubTime(() => ({ publishTimeMicros: noon, receivedAtMillis: 5_000 }))
    assert.strictEqual(time.at(5_000), noon)
    assert.strictEqual(time.at(7_500), noon + 2_500_000)
    assert.strictEqual(time.at(4_000), noon - 1_000_000)
    assert.isUndefined(time.at(Number.NEGATIVE_INFINITY))
  })

  it("[G5] the row of another process may show a later time, never an earlier one", () => {
    const newest = { publishTimeMicros: noon, receivedAtMillis: 0 }
    const time = new PubSubTime(() => newest)
    time.sawRow(noon + 3_000_000, 10_000)
    assert.strictEqual(time.at(10_000), noon + 10_000_000)
    time.sawRow(noon + 30_000_000, 10_000)
    assert.strictEqual(time.at(11_000), noon + 31_000_000)
  })

  it("[G5] a newer message corrects what the clocks have drifted apart, and what rows said before", () => {
    let newest: NewestMessage = { publishTimeMicros: noon, receivedAtMillis: 0 }
    const time = new PubSubTime(() => newest)
    time.sawRow(noon + 90_000_000, 10_000)
    newest = { publishTimeMicros: noon + 60_000_000, receivedAtMillis: 61_000 }
    assert.strictEqual(time.at(62_000), noon + 61_000_000)
  })
})
