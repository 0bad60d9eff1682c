/** What came of a proof on a real deployment. */
import type { Result } from "effect"

/** Everything that the checks of `doctor --live` judge. */
export interface LiveReading {
  /** What the proof runs on, or why there is nothing to run it on. */
  readonly scratch: Result.Result<string, ScratchRefused>
  /** Undefined where there was nothing to run on. */
  readonly proofs: LiveProofs | undefined
  readonly removal: Removal
}

/** Something that is needed could not be made, or is not there. */
export interface ScratchRefused {
  readonly found: string
  readonly expected: string
  readonly remedy: string
}

/** What a proof shows, or why it does not. */
export type Proof<A> = Result.Result<A, NotProved>

/** Why something was not shown. */
export interface NotProved {
  /** `failed`: it is not so, or did not come about. `late`: it did not in time, and still may. `untried`: it was not tried. */
  readonly why: "failed" | "late" | "untried"
  readonly detail: string
}

/** What is proved of a deployment. **Units**: milliseconds. */
export interface LiveProofs {
  readonly rows: Proof<RowTimes>
  readonly replay: Proof<{ readonly deliveries: number }>
  readonly earlyPayment: Proof<{ readonly waitedMillis: number }>
  readonly lostLease: Proof<{ readonly afterMillis: number; readonly deliveries: number }>
  readonly deadLetter: Proof<{ readonly bytes: number; readonly attributes: number }>
}

/** How long it took from the publish of a message until its row was durable. **Units**: milliseconds. */
export interface RowTimes {
  readonly orders: number
  readonly payments: number
  readonly p50Millis: number
  readonly p99Millis: number
}

/** What was removed, and what was not. */
export interface Removal {
  /** Names of what this proof has made, and what is gone again. */
  readonly removed: ReadonlyArray<string>
  /** The same of earlier proofs, that were killed. */
  readonly earlier: ReadonlyArray<string>
  readonly left: ReadonlyArray<LeftBehind>
  /** Why it is not known what earlier ones have left. */
  readonly unknown: ReadonlyArray<string>
}

/** Something that could not be removed. */
export interface LeftBehind {
  /** **Shape**: `topic projects/P/topics/T`, `keyspace K`. */
  readonly what: string
  readonly why: string
  /** A command that removes it. */
  readonly remedy: string
}
