import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { type Progress, type ProgressRow, ProgressTableError } from "../../src/facts/ProgressTable.ts"
import { makeOwnProgressRow } from "../../src/ingest/OwnProgressRow.ts"
import { pass } from "../../src/testing/VirtualTime.ts"

/** A row whose writes are noted with their times, and which may be refused. */
const makeRow = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const writes: Array<ProgressRow & { readonly at: number }> = []
  const removals: Array<string> = []
  const state = {
    progress: { watermarkMicros: 1, orderIds: [], hasWaitingPayments: false } as Progress,
    isAway: false,
    mayRenew: true,
    latencyMillis: 0
  }
  const row = yield* makeOwnProgressRow({
    process: "own",
    progress: Effect.sync(() => state.progress),
    mayRenew: () => state.mayRenew,
    table: {
      write: (written) =>
        Effect.suspend(() => {
          writes.push({ ...written, at: clock.currentTimeMillisUnsafe() })
          return state.isAway ? Effect.fail(noAnswer) : Effect.void
        }).pipe(Effect.delay(state.latencyMillis)),
      remove: (process) => Effect.sync(() => void removals.push(process))
    }
  })
  yield* Effect.forkScoped(row.run)
  yield* pass(0)
  return { row, state, writes, removals }
})

const noAnswer = new ProgressTableError({
  operation: "test",
  detail: "no answer",
  isRetryable: true,
  cause: undefined
})

describe("OwnProgressRow", () => {
  it.effect("[G5] the row is written at once, and then every 3 s, each time with a greater number", () =>
    Effect.gen(function* () {
      const { row, writes } = yield* makeRow
      yield* pass("9 seconds")
      assert.deepStrictEqual(
        writes.map(({ at, renewal }) => [at, renewal]),
        [
          [0, 1],
          [3_000, 2],
          [6_000, 3],
          [9_000, 4]
        ]
      )
      assert.strictEqual(row.confirmed(), 4)
    })
  )

  it.effect("[G5] what it says is written on change, at most once a second", () =>
    Effect.gen(function* () {
      const { state, writes } = yield* makeRow
      for (let change = 1; change <= 20; change++) {
        state.progress = { ...state.progress, watermarkMicros: change }
        yield* pass("200 millis")
      }
      assert.deepStrictEqual(
        writes.map(({ at }) => at),
        [0, 1_000, 2_000, 3_000, 4_000]
      )
      state.progress = { ...state.progress, orderIds: [7n] }
      yield* pass("1 second")
      assert.deepStrictEqual(writes.at(-1)?.progress.orderIds, [7n])
    })
  )

  it.effect("[G5] a write that failed is not a renewal, and is tried again within a second", () =>
    Effect.gen(function* () {
      const { row, state, writes } = yield* makeRow
      state.isAway = true
      yield* pass("10 seconds")
      assert.strictEqual(row.confirmed(), 1)
      assert.strictEqual(row.renewedAtMillis(), (yield* Clock.currentTimeMillis) - 10_000)
      assert.strictEqual(row.error(), noAnswer)
      assert.isAtLeast(writes.length, 8)
      state.isAway = false
      yield* pass("1 second")
      assert.strictEqual(row.confirmed(), writes.length)
      assert.isUndefined(row.error())
    })
  )

  it.effect("[G5] a renewal counts from the begin of its write", () =>
    Effect.gen(function* () {
      const { row, state } = yield* makeRow
      state.latencyMillis = 2_000
      yield* pass("4 seconds")
      assert.strictEqual(row.renewedAtMillis(), 0)
      yield* pass("1 second")
      assert.strictEqual(row.renewedAtMillis(), 3_000)
    })
  )

  it.effect("[G5] it is not renewed while what it says cannot be relied on", () =>
    Effect.gen(function* () {
      const { state, writes } = yield* makeRow
      state.mayRenew = false
      yield* pass("30 seconds")
      assert.lengthOf(writes, 1)
      state.mayRenew = true
      yield* pass("1 second")
      assert.lengthOf(writes, 2)
    })
  )

  it.effect("[G8] its last word is a row, or that there is none; nothing is written after it", () =>
    Effect.gen(function* () {
      const left = yield* makeRow
      yield* left.row.end(true)
      const removed = yield* makeRow
      yield* removed.row.end(false)
      yield* pass("10 seconds")
      assert.deepStrictEqual([left.writes.length, left.removals], [2, []])
      assert.deepStrictEqual([removed.writes.length, removed.removals], [1, ["own"]])
    })
  )
})
