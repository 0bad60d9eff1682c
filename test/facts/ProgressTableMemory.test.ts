import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { progressTtlSeconds } from "../../src/facts/Limits.ts"
import { ProgressTable } from "../../src/facts/ProgressTable.ts"
import { ProgressRows, ProgressTableMemory } from "../../src/facts/ProgressTableMemory.ts"
import { LaterVersion, progressTableSuite } from "../suites/ProgressTableSuite.ts"

progressTableSuite(
  "memory",
  Layer.effectContext(
    Effect.map(Clock.Clock, (clock) => {
      const rows = new ProgressRows(clock)
      return Context.make(ProgressTable, rows.table).pipe(
        Context.add(LaterVersion, {
          write: (process, renewal) => Effect.sync(() => rows.put({ process, renewal, progress: undefined }))
        })
      )
    })
  )
)

const row = (renewal: number) => ({
  process: "a",
  renewal,
  progress: { watermarkMicros: renewal, orderIds: [], hasWaitingPayments: false }
})

describe("ProgressTableMemory", () => {
  it.effect("[G5] a row that is not renewed is gone after its time to live", () =>
    Effect.gen(function* () {
      const { readAll, write } = yield* ProgressTable
      yield* write(row(1))
      yield* TestClock.adjust("30 seconds")
      yield* write(row(2))
      yield* TestClock.adjust(progressTtlSeconds * 1_000 - 1)
      assert.deepStrictEqual(yield* readAll, [row(2)])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* readAll, [])
    }).pipe(Effect.provide(ProgressTableMemory.layer))
  )

  it.effect("[G5] a write that arrives after a newer one, or after the removal, stays hidden", () =>
    Effect.gen(function* () {
      const { readAll, remove, write } = yield* ProgressTable
      yield* write(row(3))
      yield* write(row(2))
      assert.deepStrictEqual(yield* readAll, [row(3)])
      yield* remove("a")
      yield* write(row(3))
      assert.deepStrictEqual(yield* readAll, [])
    }).pipe(Effect.provide(ProgressTableMemory.layer))
  )
})
