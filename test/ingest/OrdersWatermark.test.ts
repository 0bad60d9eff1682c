import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { caughtUpAfterMillis } from "../../src/ingest/Limits.ts"
import { makeWatermark, type OrdersProgress } from "../../src/ingest/OrdersWatermark.ts"

const read = (progress: Partial<OrdersProgress>) =>
  makeWatermark(
    Effect.succeed({
      oldestUnsettledMicros: undefined,
      lastUnsettledMicros: Number.NEGATIVE_INFINITY,
      quietMillis: 0,
      ...progress
    })
  )

const table: ReadonlyArray<readonly [string, Partial<OrdersProgress>, number]> = [
  ["at the start it has passed nothing", {}, Number.NEGATIVE_INFINITY],
  ["2.999 s of quiet are too short", { quietMillis: caughtUpAfterMillis - 1 }, Number.NEGATIVE_INFINITY],
  ["after 3 s of quiet it has caught up", { quietMillis: caughtUpAfterMillis }, Number.POSITIVE_INFINITY],
  ["an unsettled order holds it", { oldestUnsettledMicros: 7, lastUnsettledMicros: 5 }, 7],
  [
    "an unsettled order holds it however long nothing is delivered",
    { oldestUnsettledMicros: 7, quietMillis: 3_600_000 },
    7
  ],
  ["between orders it stays where it was", { lastUnsettledMicros: 5, quietMillis: 100 }, 5],
  ["a reconnect, which ends the quiet, takes it back", { lastUnsettledMicros: 5, quietMillis: 0 }, 5]
]

describe("Watermark", () => {
  for (const [name, progress, expected] of table) {
    it.effect(`[G5] ${name}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* read(progress), expected)
      })
    )
  }
})
