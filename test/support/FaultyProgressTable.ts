/** Wraps a progress table, so that it goes wrong on demand. */
import { Duration, Effect } from "effect"
import { type ProgressTable, ProgressTableError } from "../../src/facts/ProgressTable.ts"
import type { Encounter } from "./FaultyFactStore.ts"

/** What goes wrong; set while tests run. */
export interface ProgressFaults {
  /** Nothing answers. */
  isAway: boolean
  /** How long a call takes. **Units**: milliseconds. */
  latency: () => number
  /** Drawn once a call; a read only fails or not. */
  encounter: () => Encounter
  /** How much later a late write happens. **Units**: milliseconds. */
  late: () => number
}

/** Nothing goes wrong. */
export const noProgressFaults = (): ProgressFaults => ({
  isAway: false,
  latency: () => 0,
  encounter: () => "answered",
  late: () => 0
})

/** The same table, behind these faults. */
export const faultyProgressTable = (
  inner: ProgressTable["Service"],
  faults: ProgressFaults
): ProgressTable["Service"] => {
  const travel = Effect.suspend(() => {
    const millis = faults.latency()
    return millis > 0 ? Effect.sleep(Duration.millis(millis)) : Effect.void
  })
  const writing = (operation: string, write: Effect.Effect<void, ProgressTableError>) =>
    Effect.gen(function* () {
      yield* travel
      const met = faults.isAway ? "timed-out-unwritten" : faults.encounter()
      if (met === "answered") return yield* write
      if (met === "timed-out-written") yield* write
      if (met === "timed-out-late") {
        // Not supervised, and on purpose: neither a retry nor the end of the process stops such a write.
        yield* Effect.forkDetach(Effect.delay(write, Duration.millis(faults.late())))
      }
      return yield* progressUnanswered(operation)
    })
  return {
    write: (row) => writing("write progress", inner.write(row)),
    remove: (process) => writing("remove progress", inner.remove(process)),
    readAll: Effect.andThen(
      travel,
      Effect.suspend(() =>
        faults.isAway || faults.encounter() !== "answered"
          ? Effect.fail(progressUnanswered("read progress"))
          : inner.readAll
      )
    )
  }
}

/** What a call says that has no answer. */
export const progressUnanswered = (operation: string): ProgressTableError =>
  new ProgressTableError({ operation, detail: "no answer", isRetryable: true, cause: undefined })
