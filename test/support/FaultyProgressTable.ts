/** Wraps a progress table, so that it goes wrong on demand, with the fact table or apart from it. */
import { Duration, Effect } from "effect"
import { type ProgressTable, ProgressTableError } from "../../src/facts/ProgressTable.ts"
import type { StoreFaults } from "./FaultyFactStore.ts"

/** The same table, behind these faults. */
export const faultyProgressTable = (
  inner: ProgressTable["Service"],
  faults: StoreFaults
): ProgressTable["Service"] => {
  const travel = Effect.suspend(() => {
    const millis = faults.latency("progress")
    return millis > 0 ? Effect.sleep(Duration.millis(millis)) : Effect.void
  })
  const writing = (operation: string, write: Effect.Effect<void, ProgressTableError>) =>
    Effect.gen(function* () {
      yield* travel
      const met = faults.isAway ? "timed-out-unwritten" : faults.encounterOfProgress()
      if (met === "answered") return yield* write
      if (met === "timed-out-written") yield* write
      if (met === "timed-out-late") {
        // Not supervised, and on purpose: neither a retry nor the end of the process stops such a write.
        yield* Effect.forkDetach(Effect.delay(write, Duration.millis(faults.late())))
      }
      return yield* Effect.fail(progressUnanswered(operation))
    })
  return {
    write: (row) => writing("write progress", inner.write(row)),
    remove: (process) => writing("remove progress", inner.remove(process)),
    readAll: Effect.andThen(
      travel,
      Effect.suspend(() =>
        faults.isAway || faults.encounterOfProgress() !== "answered"
          ? Effect.fail(progressUnanswered("read progress"))
          : inner.readAll
      )
    )
  }
}

/** What a call says that has no answer. */
export const progressUnanswered = (operation: string): ProgressTableError =>
  new ProgressTableError({ operation, detail: "no answer", isRetryable: true, cause: undefined })
