import { assert, describe, it } from "@effect/vitest"
import type { Progress, ReadProgressRow } from "../../src/facts/ProgressTable.ts"
import { expiredRowMillis, progressSeenMillis } from "../../src/ingest/Limits.ts"
import { ProgressReadings } from "../../src/ingest/ProgressReadings.ts"

const row = (process: string, renewal: number, progress: Partial<Progress> = {}): ReadProgressRow => ({
  process,
  renewal,
  progress: { watermarkMicros: 100, orderIds: [], hasWaitingPayments: false, ...progress }
})

const own = { process: "own", renewal: 1 }

/** Reads once a second, so that every row of the last was seen to change; answers the last reading. */
const readAll = (...readings: ReadonlyArray<ReadonlyArray<ReadProgressRow>>) => {
  const seen = new ProgressReadings()
  const taken = readings.map((rows, at) => seen.take(rows, { startedAtMillis: at * 1_000 }, own))
  return taken[taken.length - 1] ?? assert.fail("nothing was read")
}

describe("ProgressReadings", () => {
  it("[G5] all have passed what the last of them has", () => {
    const reading = readAll(
      [row("own", 1), row("b", 1), row("c", 1)],
      [row("own", 2), row("b", 2, { watermarkMicros: 90 }), row("c", 2, { watermarkMicros: 95 })]
    )
    assert.strictEqual(reading.passedMicros, 90)
    assert.strictEqual(reading.heldUpBy.process, "b")
    assert.strictEqual(reading.latestMicros, 95)
    assert.strictEqual(reading.startedAtMillis, 1_000)
  })

  it("[G5] orders that any process tells by id are unsettled", () => {
    const rows = (renewal: number) => [
      row("own", renewal, { orderIds: [1n] }),
      row("b", renewal, { orderIds: [2n, 3n] })
    ]
    assert.deepStrictEqual([...readAll(rows(1), rows(2)).orderIds], [1n, 2n, 3n])
  })

  const nothing: Record<string, ReadonlyArray<ReadonlyArray<ReadProgressRow>>> = {
    "the own row is missing": [[row("b", 1)], [row("b", 2)]],
    "the own row is an older one": [[row("own", 0)], [row("own", 0.5)]],
    "it is the first reading: nobody was seen to change": [[row("own", 1)]],
    "a row has a format that is not known": [
      [row("own", 1)],
      [row("own", 2), { process: "later", renewal: 1, progress: undefined }]
    ],
    "a process knows nothing yet": [[row("own", 1)], [row("own", 2), row("b", 1, { watermarkMicros: 0 })]],
    "a write of a process arrived after a later one": [
      [row("own", 1), row("b", 5)],
      [row("own", 2), row("b", 6)],
      [row("own", 3), row("b", 5)]
    ]
  }
  it.each(Object.keys(nothing))("[G5] no verdict where %s", (name) => {
    assert.strictEqual(readAll(...(nothing[name] ?? [])).passedMicros, Number.NEGATIVE_INFINITY)
  })

  it("[G5] a row that was not seen to change for 10 s holds verdicts up until it is gone, the own one too", () => {
    for (const stuck of ["own", "b"]) {
      const seen = new ProgressReadings()
      const rows = (second: number) =>
        ["own", "b"].map((process) => row(process, process === stuck ? Math.min(second, 2) : second))
      const read = (second: number, ...more: ReadonlyArray<ReadProgressRow>) =>
        seen.take(
          [...rows(second), ...more],
          { startedAtMillis: second * 1_000 },
          { process: "own", renewal: 1 }
        )
      for (let second = 1; second <= 1 + progressSeenMillis / 1_000; second++) read(second)
      // It was renewed after the reading of the first second.
      assert.strictEqual(read(1 + progressSeenMillis / 1_000).passedMicros, 100)
      const late = read(2 + progressSeenMillis / 1_000)
      assert.strictEqual(late.passedMicros, Number.NEGATIVE_INFINITY)
      assert.strictEqual(late.heldUpBy.process, stuck)
      if (stuck === "own") continue
      seen.take([row("own", 98)], { startedAtMillis: 60_000 }, own)
      const gone = seen.take([row("own", 99)], { startedAtMillis: 60_000 + expiredRowMillis }, own)
      assert.strictEqual(gone.heldUpBy.process, "own")
    }
  })

  it("[G5] a row that has expired holds verdicts up until what was sent to its process has come again", () => {
    const seen = new ProgressReadings()
    const read = (second: number, ...rows: ReadonlyArray<ReadProgressRow>) =>
      seen.take([row("own", second), ...rows], { startedAtMillis: second * 1_000 }, own).heldUpBy.process
    for (let second = 1; second <= 3; second++) read(second, row("b", second))
    for (let second = 4; second <= 62; second++) read(second, row("b", 3))
    const gone = expiredRowMillis / 1_000
    for (let second = 63; second < 63 + gone; second++) assert.strictEqual(read(second), "b")
    assert.strictEqual(read(63 + gone), "own")
  })

  it("[G5] a row that its process has removed holds nothing up: that gave everything back", () => {
    const seen = new ProgressReadings()
    const rows = (second: number) => [row("own", second), row("b", second)]
    for (let second = 1; second <= 9; second++)
      seen.take(rows(second), { startedAtMillis: second * 1_000 }, own)
    const next = seen.take([row("own", 10)], { startedAtMillis: 10_000 }, own)
    assert.strictEqual(next.heldUpBy.process, "own")
    assert.strictEqual(next.passedMicros, 100)
  })

  it("[G5] a row that came since the last reading was renewed since", () => {
    assert.strictEqual(readAll([row("own", 1)], [row("own", 2), row("b", 7)]).passedMicros, 100)
  })

  it("[G5] what was seen before is worth nothing once it is forgotten", () => {
    const seen = new ProgressReadings()
    seen.take([row("own", 1)], { startedAtMillis: 0 }, own)
    seen.forget()
    const next = seen.take([row("own", 2)], { startedAtMillis: 1_000 }, own)
    assert.strictEqual(next.passedMicros, Number.NEGATIVE_INFINITY)
  })

  it("[G5] payments that wait in another process are known, those of this one do not count", () => {
    const waiting = { hasWaitingPayments: true }
    assert.isFalse(readAll([row("own", 1, waiting), row("b", 1)]).othersWait)
    assert.isTrue(readAll([row("own", 1), row("b", 1, waiting)]).othersWait)
  })
})
