/** The form that looks an order or a payment up; what is typed there is in no address, and is kept nowhere. */
import { lookUpView } from "./LookUpText.js"
import { elementOf, fillRows, node, write, writeWithCode } from "./Sheet.js"
import { plainText } from "./Words.js"

/** @typedef {import("./LookUpText.js").LookUpKey} LookUpKey */

/** For how long an answer is waited for: above what the process waits for the table. **Units**: ms. */
const lookUpMillis = 10_000

/** Why there is no answer. `isLogin`: the process wants its token first. */
class NotLookedUp extends Error {
  /**
   * @param {string} message
   * @param {boolean} isLogin
   */
  constructor(message, isLogin) {
    super(message)
    this.isLogin = isLogin
  }
}

/**
 * @param {LookUpKey} key
 * @param {"masked" | "shown"} row
 * @returns {Promise<import("./LookUpText.js").LookUpAnswer>}
 */
const askFor = async ({ id, kind }, row) => {
  const response = await fetch("lookup", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ [kind]: id, row }),
    cache: "no-store",
    signal: AbortSignal.timeout(lookUpMillis)
  }).catch(() => {
    throw new NotLookedUp("The process did not answer.", false)
  })
  const answer = await response.json()
  if (response.ok) return answer
  throw response.status === 401
    ? new NotLookedUp("This process wants its HTTP_TOKEN first: enter it below.", true)
    : new NotLookedUp(plainText(String(answer.error)), false)
}

/**
 * Serves the form. `needLogin` is called where the process wants its token first; what it answers with, `again`, looks the
 * same up once more.
 *
 * @param {() => void} needLogin
 */
export const serveLookUps = (needLogin) => {
  const form = /** @type {HTMLFormElement} */ (elementOf("lookupForm"))
  const input = /** @type {HTMLInputElement} */ (elementOf("lookupId"))
  const personal = elementOf("personal")
  /** @type {LookUpKey | undefined} */
  let shown
  /** Answers may come in another order than they were asked for. */
  let turn = 0

  /** @param {"masked" | "shown"} row */
  const look = async (row) => {
    const key = shown
    if (key === undefined) return
    const mine = ++turn
    write(elementOf("lookupText"), "Looking…")
    try {
      const answer = await askFor(key, row)
      if (mine === turn) showFound(key, answer)
    } catch (error) {
      if (mine !== turn) return
      clearFound()
      write(elementOf("lookupText"), error instanceof Error ? error.message : "The process did not answer.")
      if (error instanceof NotLookedUp && error.isLogin) needLogin()
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const isPayment = /** @type {HTMLInputElement} */ (elementOf("lookupPayment")).checked
    shown = { kind: isPayment ? "payment" : "order", id: input.value.trim() }
    look("masked")
  })
  personal.addEventListener("click", () => look("shown"))
  return { again: () => look("masked") }
}

const clearFound = () => {
  elementOf("lookupFound").hidden = true
  elementOf("personal").hidden = true
}

/**
 * @param {LookUpKey} key
 * @param {import("./LookUpText.js").LookUpAnswer} answer
 */
const showFound = (key, answer) => {
  const view = lookUpView(key, answer)
  write(elementOf("lookupText"), view.sentence)
  elementOf("lookupFound").hidden = false
  elementOf("lookupPlaces").replaceChildren(
    ...view.places.flatMap(({ place, text }) => [node("dt", place), node("dd", text)])
  )
  writeWithCode(elementOf("lookupNext"), `Every place, other processes too: \`${view.next}\``)
  elementOf("lookupRow").hidden = view.rows.length === 0
  fillRows(elementOf("lookupRows"), view.rows)
  elementOf("personal").hidden = !view.isMasked
}
