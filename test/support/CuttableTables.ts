/** The tables as one process sees them over a line that can be cut. */
import { Effect } from "effect"
import { type ProgressTable, ProgressTableError } from "../../src/facts/ProgressTable.ts"
import { faultyFactStore, noStoreFaults } from "./FaultyFactStore.ts"
import type { Behind } from "./World.ts"

/** A line between one process and both tables, which can be cut. */
export const cuttable = () => {
  const faults = noStoreFaults()
  const line = { isCut: false, statements: 0, cut: (isCut: boolean) => void isCut }
  line.cut = (isCut) => {
    line.isCut = isCut
    faults.isAway = isCut
  }
  const along = <A>(call: Effect.Effect<A, ProgressTableError>): Effect.Effect<A, ProgressTableError> =>
    Effect.suspend(() => {
      line.statements += 1
      return line.isCut ? Effect.delay(Effect.fail(noAnswer), "3 seconds") : call
    })
  const behind: Behind = {
    store: (table) => faultyFactStore(table, faults),
    progress: (table): ProgressTable["Service"] => ({
      write: (row) => along(table.write(row)),
      readAll: along(table.readAll),
      remove: (process) => along(table.remove(process))
    })
  }
  return { line, behind }
}

const noAnswer = new ProgressTableError({
  operation: "test",
  detail: "no answer",
  isRetryable: true,
  cause: undefined
})
