/** The rounds of a comparison that are measured already, in a file: a run that was cut off goes on with the others. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs"
import { dirname } from "node:path"
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

/** A file with one line of JSON a round, appended to as rounds end. */
export class RoundFile {
  readonly path: string
  readonly #rounds: Array<MeasuredRound>

  private constructor(path: string, rounds: Array<MeasuredRound>) {
    this.path = path
    this.#rounds = rounds
  }

  /** Opens it, or begins it. **Errors**: throws where a line is no JSON. */
  static open(path: string, isFresh: boolean): RoundFile {
    mkdirSync(dirname(path), { recursive: true })
    if (isFresh) rmSync(path, { force: true })
    if (!existsSync(path)) return new RoundFile(path, [])
    const bytes = readFileSync(path)
    // The process may have ended in the middle of a line.
    const complete = bytes.subarray(0, bytes.lastIndexOf("\n") + 1)
    if (complete.length < bytes.length) truncateSync(path, complete.length)
    return new RoundFile(path, roundsIn(complete.toString(), path))
  }

  get rounds(): ReadonlyArray<MeasuredRound> {
    return this.#rounds
  }

  append(round: MeasuredRound): void {
    appendFileSync(this.path, `${JSON.stringify(round)}\n`)
    this.#rounds.push(round)
  }
}

/** The rounds that are still to be measured, round by round. */
export const missingRounds = (
  measured: ReadonlyArray<MissingRound>,
  streams: ReadonlyArray<ComparedStream>,
  rounds: number
): ReadonlyArray<MissingRound> =>
  Array.from({ length: rounds }, (_, round) => streams.map((stream) => ({ stream, round })))
    .flat()
    .filter(({ stream, round }) => !measured.some((one) => one.stream === stream && one.round === round))

const roundsIn = (text: string, path: string): Array<MeasuredRound> =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line, index): MeasuredRound => {
      try {
        return JSON.parse(line)
      } catch {
        throw new Error(`line ${index + 1} of ${path} is no JSON; --fresh begins the file anew`)
      }
    })
