/** Asks a running process for its frames, once a second; less often while nobody looks. */
import { merged, nothingRecorded } from "./Recording.js"

/** @typedef {import("./Recording.js").Recording} Recording */

/** How often it is asked, and while the page is hidden. **Units**: ms. */
const shownMillis = 1000
const hiddenMillis = 10_000

/** For how long an answer is waited for. **Units**: ms. */
const answerMillis = 5000

/**
 * Asks for ever. `got` is called with what is known after each answer, `failed` after each that did not come.
 *
 * @param {{ got: (recording: Recording) => void, failed: () => void, isPaused: () => boolean }} listener
 */
export const follow = ({ failed, got, isPaused }) => {
  /** @type {Recording} */
  let known = nothingRecorded
  const ask = async () => {
    if (isPaused()) return false
    const response = await fetch(`frames?since=${known.next}`, {
      cache: "no-store",
      signal: AbortSignal.timeout(answerMillis)
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    /** @type {Recording} */
    const answer = await response.json()
    const isOtherRun = known.run !== "" && answer.run !== known.run
    // It was asked for what came after a frame of the run before: everything of this run, it gives only from the start.
    known = isOtherRun ? { ...nothingRecorded, run: answer.run } : merged(known, answer)
    if (isOtherRun) return true
    if (!known.hasMore) got(known)
    return known.hasMore
  }
  /** The turn to come; none while one is under way. @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const turn = async () => {
    timer = undefined
    const hasMore = await ask().catch(() => {
      failed()
      return false
    })
    const pause = hasMore ? 0 : document.hidden ? hiddenMillis : shownMillis
    timer = setTimeout(turn, pause)
  }
  timer = setTimeout(turn, 0)
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || timer === undefined) return
    clearTimeout(timer)
    timer = setTimeout(turn, 0)
  })
}

/**
 * Shows the process that one knows its token. Answers why it did not believe it; empty where it did.
 *
 * @param {string} token
 */
export const logIn = async (token) => {
  const response = await fetch("login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token })
  })
  return response.ok ? "" : (await response.text()).trim()
}
