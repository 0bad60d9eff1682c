/** What every progress table does, whatever it is made of; run unchanged on each implementation. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, type Layer } from "effect"
import { progressIdsMax } from "../../src/facts/Limits.ts"
import { type Progress, ProgressTable } from "../../src/facts/ProgressTable.ts"

/** A later version of Counterfoil that writes to the same table. */
export class LaterVersion extends Context.Service<
  LaterVersion,
  {
    /** Writes a row in a format of its own. */
    readonly write: (process: string, renewal: number) => Effect.Effect<void>
  }
>()("counterfoil/test/suites/LaterVersion") {}

/** Registers the suite for one implementation; the layer is built once and starts with an empty table. */
export const progressTableSuite = (
  name: string,
  table: Layer.Layer<ProgressTable | LaterVersion, unknown>
): void =>
  layer(table, { excludeTestServices: true, timeout: 120_000 })(`ProgressTable on ${name}`, (it) => {
    it.effect("[G5] a row is read as it was written, with its ids", () =>
      Effect.gen(function* () {
        const { write } = yield* ProgressTable
        const process = freshProcess()
        const progress: Progress = {
          watermarkMicros: 1_700_000_000_123_456,
          orderIds: [1n, -(2n ** 63n), 2n ** 63n - 1n, 1_234_567_890_123_456_789n],
          hasWaitingPayments: true
        }
        yield* write({ process, renewal: 1, progress })
        assert.deepStrictEqual(yield* rowsOf(process), [{ process, renewal: 1, progress }])
      })
    )

    it.effect("[G5] a write takes the place of the whole row, and shows though it says the same", () =>
      Effect.gen(function* () {
        const { write } = yield* ProgressTable
        const process = freshProcess()
        yield* write({ process, renewal: 1, progress: { ...nothing, orderIds: [7n, 8n] } })
        yield* write({ process, renewal: 2, progress: nothing })
        assert.deepStrictEqual(yield* rowsOf(process), [{ process, renewal: 2, progress: nothing }])
        yield* write({ process, renewal: 3, progress: nothing })
        assert.deepStrictEqual(yield* rowsOf(process), [{ process, renewal: 3, progress: nothing }])
      })
    )

    it.effect("[G5] a row holds as many ids as a process may name", () =>
      Effect.gen(function* () {
        const { write } = yield* ProgressTable
        const process = freshProcess()
        const orderIds = Array.from({ length: progressIdsMax }, (_, at) => 2n ** 62n + BigInt(at))
        yield* write({ process, renewal: 1, progress: { ...nothing, orderIds } })
        assert.deepStrictEqual((yield* rowsOf(process))[0]?.progress?.orderIds, orderIds)
      })
    )

    it.effect("[G5] the rows of all processes are read together", () =>
      Effect.gen(function* () {
        const { write } = yield* ProgressTable
        const processes = Array.from({ length: 5 }, freshProcess)
        yield* Effect.forEach(
          processes,
          (process, at) => write({ process, renewal: 1, progress: { ...nothing, watermarkMicros: at } }),
          { concurrency: "unbounded" }
        )
        const rows = yield* rowsOf(...processes)
        assert.sameDeepMembers(
          rows.map(({ process, progress }) => [process, progress?.watermarkMicros]),
          processes.map((process, at) => [process, at])
        )
      })
    )

    it.effect("[G5] a removed row is gone, and those of the others stay", () =>
      Effect.gen(function* () {
        const { remove, write } = yield* ProgressTable
        const [ends = "", stays = ""] = [freshProcess(), freshProcess()]
        yield* write({ process: ends, renewal: 1, progress: nothing })
        yield* write({ process: stays, renewal: 1, progress: nothing })
        yield* remove(ends)
        assert.deepStrictEqual(
          (yield* rowsOf(ends, stays)).map(({ process }) => process),
          [stays]
        )
        yield* remove(freshProcess())
      })
    )

    it.effect("[G5] a row of a format that is not known here is seen, and what it says is unknown", () =>
      Effect.gen(function* () {
        const later = yield* LaterVersion
        const process = freshProcess()
        yield* later.write(process, 4)
        assert.deepStrictEqual(yield* rowsOf(process), [{ process, renewal: 4, progress: undefined }])
      })
    )
  })

const nothing: Progress = { watermarkMicros: 0, orderIds: [], hasWaitingPayments: false }

const rowsOf = Effect.fnUntraced(function* (...processes: ReadonlyArray<string>) {
  const { readAll } = yield* ProgressTable
  return (yield* readAll).filter(({ process }) => processes.includes(process))
})

let lastProcess = 0
const freshProcess = (): string => `process-${++lastProcess}`
