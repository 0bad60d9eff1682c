/** What a process has recorded, as far as it is known here. */

/**
 * One moment: its number, its time in ms since the epoch, tone and sentence, figures, and the parts' states.
 *
 * @typedef {{ n: number, t: number, s: [tone: string, text: string], v: ReadonlyArray<number | null>, h?: Parts }} Frame
 */

/** @typedef {Readonly<Record<string, [state: string, since: number, reason: string | null, remedy: string | null]>>} Parts */

/**
 * @typedef {{
 *   number: number, atMillis: number, stream: string, reason: string, path?: string, messageId: string,
 *   orderId?: string, paymentId?: string, error: string
 * }} DeadLetter
 */

/**
 * @typedef {{
 *   process: string, watermarkMillis: number | null, unchangedMillis: number, hasWaiting: boolean, orders: number
 * }} ProcessRow
 */

/**
 * What `/frames` answers, and what an incident file holds.
 *
 * @typedef {{
 *   run: string, version: string, process?: string, waitingRoomMax?: number, maxRetrying?: number,
 *   graceMillis?: number, columns: ReadonlyArray<string>, frames: ReadonlyArray<Frame>, next: number, hasMore: boolean,
 *   deadLetters: ReadonlyArray<DeadLetter> | null, processes: ReadonlyArray<ProcessRow>
 * }} Recording
 */

/** Frames that are kept here: those of an hour. */
const framesKept = 3600

/** Nothing is known yet. @type {Recording} */
export const nothingRecorded = {
  run: "",
  version: "",
  columns: [],
  frames: [],
  next: 0,
  hasMore: true,
  deadLetters: [],
  processes: []
}

/**
 * What is known after one more answer, each frame once. Of another run nothing of before counts; what `next` is then, is
 * asked again from the first frame on, unless this answer began there.
 *
 * @param {Recording} known
 * @param {Recording} answer
 * @returns {Recording}
 */
export const merged = (known, answer) => {
  const isSameRun = known.run === answer.run
  const before = isSameRun ? known.frames : []
  const last = before.at(-1)?.n ?? 0
  const added = answer.frames.filter(({ n }) => n > last)
  return { ...answer, frames: [...before, ...added].slice(-framesKept) }
}

/**
 * A figure of a frame; null where it is not known.
 *
 * @param {Recording} recording
 * @param {number} at
 * @param {string} column
 */
export const figureAt = ({ columns, frames }, at, column) => frames[at]?.v[columns.indexOf(column)] ?? null

/**
 * How fast a total grew over the last frames, a second; null where that is not known.
 *
 * @param {Recording} recording
 * @param {number} at
 * @param {ReadonlyArray<string>} columns Their totals are summed.
 */
export const ratePerSecond = (recording, at, columns) => {
  const from = Math.max(0, at - 5)
  const millis = (recording.frames[at]?.t ?? 0) - (recording.frames[from]?.t ?? 0)
  if (millis <= 0) return null
  return ((sumAt(recording, at, columns) - sumAt(recording, from, columns)) * 1000) / millis
}

/**
 * @param {Recording} recording
 * @param {number} at
 * @param {ReadonlyArray<string>} columns
 */
export const sumAt = (recording, at, columns) =>
  columns.reduce((sum, column) => sum + (figureAt(recording, at, column) ?? 0), 0)

/**
 * The states of the parts at a moment; they stand in a frame where they have changed.
 *
 * @param {Recording} recording
 * @param {number} at
 * @returns {Parts}
 */
export const partsAt = ({ frames }, at) => {
  for (let index = at; index >= 0; index--) {
    const parts = frames[index]?.h
    if (parts !== undefined) return parts
  }
  return {}
}

/**
 * The first frame that is not older than so many ms before the one at `at`.
 *
 * @param {Recording} recording
 * @param {number} at
 * @param {number} millis
 */
export const indexBefore = ({ frames }, at, millis) => {
  const since = (frames[at]?.t ?? 0) - millis
  let index = at
  while (index > 0 && (frames[index - 1]?.t ?? 0) >= since) index--
  return index
}
