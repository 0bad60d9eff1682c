/** The last frame that a process has recorded, for its own terminal. */
import type { Recorder } from "../telemetry/Recorder.ts"
import type { Tone } from "../telemetry/StatusSentence.ts"

/** A frame, as the page gets it. */
export interface LiveFrame {
  /** **Units**: ms since the epoch. */
  readonly atMillis: number
  readonly tone: Tone
  /** The same as on the page. */
  readonly sentence: string
  /** A figure by the name of its column; null where it is not known. */
  readonly figure: (column: string) => number | null
  readonly lastDeadLetter: LiveDeadLetter | undefined
}

/** A dead letter as it is shown. */
export interface LiveDeadLetter {
  readonly atMillis: number
  readonly reason: string
  readonly orderId?: string
  readonly paymentId?: string
  readonly error: string
}

/** Follows the frames of a recorder. Each call answers the newest; undefined before the first. */
export const makeFrameReader = (
  recorder: Pick<Recorder["Service"], "recording">
): (() => LiveFrame | undefined) => {
  let since = 0
  let last: LiveFrame | undefined
  return () => {
    for (let hasMore = true; hasMore; ) {
      const answer: Recording = JSON.parse(recorder.recording({ since, deadLetters: "shown" }))
      last = frameOf(answer) ?? last
      since = answer.next
      hasMore = answer.hasMore
    }
    return last
  }
}

interface Recording {
  readonly columns: ReadonlyArray<string>
  readonly next: number
  readonly hasMore: boolean
  readonly frames: ReadonlyArray<{
    readonly t: number
    readonly s: readonly [tone: Tone, text: string]
    readonly v: ReadonlyArray<number | null>
  }>
  readonly deadLetters: ReadonlyArray<LiveDeadLetter> | null
}

const frameOf = ({ columns, deadLetters, frames }: Recording): LiveFrame | undefined => {
  const frame = frames.at(-1)
  if (frame === undefined) return undefined
  const [tone, sentence] = frame.s
  return {
    atMillis: frame.t,
    tone,
    sentence,
    figure: (column) => frame.v[columns.indexOf(column)] ?? null,
    lastDeadLetter: deadLetters?.at(-1)
  }
}
