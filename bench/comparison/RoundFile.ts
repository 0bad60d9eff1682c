/** The rounds of a comparison that are measured already, in a file: a run that was cut off goes on with the others. */
import type { RecordFile } from "../../test/support/RecordFile.ts"
import type { Drained } from "../DrainPhase.ts"
import type { ComparedStream } from "../Plan.ts"

/** A round of one stream: both Counterfoils drained it twice, one right after the other. */
export interface MeasuredRound {
  readonly stream: ComparedStream
  /** From 0. */
  readonly round: number
  /** Of the commit. */
  readonly before: ReadonlyArray<Drained>
  /** Of the working tree. */
  readonly after: ReadonlyArray<Drained>
  /** When it ended. */
  readonly at: string
  /** The version of Cassandra. */
  readonly cassandra: string
}

/** A round that is still to be measured. */
export type MissingRound = Pick<MeasuredRound, "stream" | "round">

/** The file of a comparison's rounds. */
export type RoundFile = RecordFile<MeasuredRound>

/** The rounds that are still to be measured, round by round. */
export const missingRounds = (
  measured: ReadonlyArray<MissingRound>,
  streams: ReadonlyArray<ComparedStream>,
  rounds: number
): ReadonlyArray<MissingRound> =>
  Array.from({ length: rounds }, (_, round) => streams.map((stream) => ({ stream, round })))
    .flat()
    .filter(({ stream, round }) => !measured.some((one) => one.stream === stream && one.round === round))
