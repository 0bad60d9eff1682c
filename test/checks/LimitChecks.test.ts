import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { judgeLimits, type LimitsReading } from "../../src/checks/LimitChecks.ts"
import { codesIn, type Row, sentenceIn, shownIn } from "./Judged.ts"

describe("the checks of limits", () => {
  const mebi = 2 ** 20
  const processing = {
    maxInFlightWrites: 512,
    maxOutstandingMessages: 10_000,
    maxOutstandingBytes: 64 * mebi,
    maxRowBytes: mebi,
    paymentGrace: Duration.seconds(30),
    waitingRoomMax: 20_000,
    waitingRoomBytes: 64 * mebi,
    maxRetrying: 2_000,
    shutdownTimeout: Duration.seconds(20),
    redriveInterval: Duration.zero
  }
  const limits: LimitsReading = { processing, heapBytes: 256 * mebi, memoryBytes: 384 * mebi }
  const withSettings = (changes: Partial<typeof processing>) => ({
    processing: { ...processing, ...changes }
  })

  it("find nothing in the defaults with the heap and the memory that they were measured with", () => {
    assert.deepStrictEqual(codesIn(judgeLimits(limits)), [])
  })

  it.each<Row<LimitsReading>>([
    [
      "more writes than the driver takes",
      withSettings({ maxInFlightWrites: 2_048 }),
      ["fatal CF-701"],
      /the driver refuses 2048 on one connection/
    ],
    [
      "places for retries that are never all taken",
      withSettings({ maxRetrying: 10_000 }),
      ["warning CF-702"],
      /no less than MAX_OUTSTANDING_MESSAGES, 10000: .*set MAX_RETRYING=2000$/
    ],
    [
      "more places for retries than refused rows are remembered",
      withSettings({ maxRetrying: 50_000, maxOutstandingMessages: 100_000 }),
      ["warning CF-702"],
      /10000 rows that Cassandra refuses are remembered/
    ],
    [
      "a heap that is too small",
      { heapBytes: 255 * mebi },
      ["warning CF-703"],
      /may grow to 255 MiB.*needs 256 MiB; .*NODE_OPTIONS=--max-old-space-size=256/
    ],
    [
      "limits that the heap and the memory do not hold",
      withSettings({ maxOutstandingBytes: 256 * mebi }),
      ["warning CF-703", "warning CF-704"],
      /needs 640 MiB/
    ],
    [
      "a container that is too small",
      { memoryBytes: 383 * mebi },
      ["warning CF-704"],
      /there are 383 MiB of memory.*needs 384 MiB/
    ]
  ])("find %s", (_, changes, codes, says) => {
    const results = judgeLimits({ ...limits, ...changes })
    assert.deepStrictEqual(codesIn(results), codes)
    assert.match(sentenceIn(results), says)
  })

  it("[G5] show the rate of unmatched payments, sustained and after a crash, and how long a stop takes", () => {
    assert.match(
      String(shownIn(judgeLimits(limits), "CF-705")),
      /^666 a second sustained, 222 a second after a crash; with 3355 bytes each/
    )
    const slow = judgeLimits({ ...limits, ...withSettings({ waitingRoomMax: 100 }) })
    assert.match(String(shownIn(slow, "CF-705")), /^3\.3 a second sustained, 1\.1 a second after a crash/)
    const none = judgeLimits({ ...limits, ...withSettings({ paymentGrace: Duration.zero }) })
    assert.match(String(shownIn(none, "CF-705")), /do not wait/)
    assert.match(String(shownIn(judgeLimits(limits), "CF-706")), /^more than 30 s/)
  })
})
