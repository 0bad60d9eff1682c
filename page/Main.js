/** The page: a running process, or an incident that is replayed. */
import { checksText } from "./ChecksText.js"
import { follow, logIn } from "./Live.js"
import { serveLookUps } from "./LookUpForm.js"
import { nothingRecorded } from "./Recording.js"
import { askForLogin, elementOf, fillRows, makePlots, showView, write, writeWithCode } from "./Sheet.js"
import { viewOf } from "./View.js"
import { clockText, durationText, plainText } from "./Words.js"

/** @typedef {import("./Recording.js").Recording} Recording */

/** From when on figures count as old, and how often a screen reader is told at most. **Units**: ms. */
const staleMillis = 3000
const spokenMillis = 10_000

/** How often plots are drawn where people want little motion. **Units**: ms. */
const calmMillis = 5000

/** @type {Recording} */
let recording = nothingRecorded
/** The frame that is shown: the newest, unless somebody went back. @type {number | undefined} */
let chosen
let isPaused = false
let heardAt = performance.now()
let drawnAt = Number.NEGATIVE_INFINITY
let spokenAt = Number.NEGATIVE_INFINITY
let spokenText = ""

const moment = /** @type {HTMLInputElement} */ (elementOf("moment"))
const help = /** @type {HTMLDialogElement} */ (elementOf("help"))
const plots = makePlots()

const shownAt = () => Math.min(chosen ?? recording.frames.length - 1, recording.frames.length - 1)

const show = () => {
  const at = shownAt()
  const view = viewOf(recording, at)
  if (view === undefined) return
  showView(view)
  const isNow = chosen === undefined
  moment.max = String(recording.frames.length - 1)
  moment.value = String(at)
  moment.setAttribute("aria-valuetext", view.moment)
  write(elementOf("momentText"), isNow && !isReplay ? `${view.moment} (now)` : view.moment)
  elementOf("now").hidden = isNow || isReplay
  document.title = `${view.symbol} ${view.text} – Counterfoil`
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches
  if (!isCalm || performance.now() - drawnAt >= calmMillis || !isNow) {
    plots.show(recording, at)
    drawnAt = performance.now()
  }
  speak(`${view.moment}: ${view.text}`, `${view.tone} ${chosen ?? ""}`)
}

/**
 * A screen reader hears the sentence when the tone changes, and not oftener than every 10 s.
 *
 * @param {string} text
 * @param {string} what
 */
const speak = (text, what) => {
  if (what === spokenText || performance.now() - spokenAt < spokenMillis) return
  spokenText = what
  spokenAt = performance.now()
  write(elementOf("spoken"), text)
}

const showAge = () => {
  const millis = performance.now() - heardAt
  const isStale = !isReplay && !isPaused && millis >= staleMillis && !document.hidden
  document.body.classList.toggle("old", isStale)
  const stale = elementOf("stale")
  stale.hidden = !isStale
  if (!isStale) return
  const age = Math.floor(millis / 1000)
  // An alert is read out when it changes: only now and then.
  if (stale.textContent === "" || age % 10 === 0)
    write(
      stale,
      `The process has not answered for ${durationText(age)}. What is shown is as old; it is asked again.`
    )
}

/** @param {number | undefined} at */
const choose = (at) => {
  const last = recording.frames.length - 1
  chosen = at === undefined || (at >= last && !isReplay) ? undefined : Math.max(0, Math.min(at, last))
  show()
}

const pause = () => {
  isPaused = !isPaused
  const button = elementOf("pause")
  button.setAttribute("aria-pressed", String(isPaused))
  write(button, isPaused ? "Go on" : "Pause")
  heardAt = performance.now()
}

/** @type {Readonly<Record<string, () => void>>} */
const keys = {
  p: () => {
    if (!isReplay) pause()
  },
  n: () => choose(undefined),
  ",": () => choose(shownAt() - 1),
  ".": () => choose(shownAt() + 1),
  d: () => elementOf("letters").scrollIntoView(),
  l: () => {
    if (!isReplay) elementOf("lookupId").focus()
  },
  "?": () => help.showModal()
}

/** @param {KeyboardEvent} event */
const pressed = (event) => {
  const isOn = /** @type {HTMLInputElement} */ (elementOf("keysOn")).checked
  if (!isOn || event.ctrlKey || event.altKey || event.metaKey || help.open) return
  if (event.target instanceof HTMLInputElement && /^(?:password|text)$/.test(event.target.type)) return
  const act = keys[event.key]
  if (act === undefined) return
  // Else the key is written into the field that it goes to.
  event.preventDefault()
  act()
}

moment.addEventListener("input", () => choose(Number(moment.value)))
elementOf("now").addEventListener("click", () => choose(undefined))
elementOf("pause").addEventListener("click", pause)
elementOf("keys").addEventListener("click", () => help.showModal())
document.addEventListener("keydown", pressed)
const redraw = () => {
  plots.forget()
  drawnAt = Number.NEGATIVE_INFINITY
  show()
}
addEventListener("resize", redraw)
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw)

/**
 * An incident file holds what it replays.
 *
 * @type {{ savedAtMillis: number, recording: Recording,
 *   settings: ReadonlyArray<[string, string, string]>,
 *   checks: ReadonlyArray<import("./ChecksText.js").Check> } | undefined}
 */
const saved = JSON.parse(document.getElementById("saved")?.textContent ?? "null") ?? undefined
const isReplay = saved !== undefined

if (saved !== undefined) {
  recording = saved.recording
  for (const id of ["pause", "incident", "now"]) elementOf(id).hidden = true
  write(elementOf("spoken"), `An incident, saved at ${clockText(saved.savedAtMillis)}`)
  // It has no process to show a token to.
  elementOf("login").remove()
  elementOf("lookup").remove()
  elementOf("checks").hidden = saved.checks.length === 0
  const { rows, sentence } = checksText(saved.checks)
  writeWithCode(elementOf("checksText"), sentence)
  fillRows(elementOf("checkRows"), rows)
  elementOf("settings").hidden = saved.settings.length === 0
  fillRows(
    elementOf("settingRows"),
    saved.settings.map((row) => row.map(plainText))
  )
  show()
} else {
  const lookUps = serveLookUps(() => {
    askForLogin(true)
    elementOf("token").focus()
  })
  elementOf("login").addEventListener("submit", (event) => {
    event.preventDefault()
    const token = /** @type {HTMLInputElement} */ (elementOf("token"))
    logIn(token.value).then(
      (why) => {
        write(elementOf("loginText"), plainText(why))
        if (why !== "") return
        askForLogin(false)
        elementOf("lookupId").focus()
        lookUps.again()
      },
      () => write(elementOf("loginText"), "The process did not answer.")
    )
    token.value = ""
  })
  follow({
    isPaused: () => isPaused,
    got: (known) => {
      recording = known
      heardAt = performance.now()
      show()
      showAge()
    },
    failed: showAge
  })
  setInterval(showAge, 1000)
}
