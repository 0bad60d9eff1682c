/** What the page says of an order or a payment that somebody looks up: texts only, from nothing but the answer. */
import { clockText, countText, plainText } from "./Words.js"

/** @typedef {{ kind: "order" | "payment", id: string }} LookUpKey */

/**
 * @typedef {{
 *   place: "in-flight" | "retrying" | "waiting", orderId: string, paymentId: string | null, since: string,
 *   until: string | null, reason: string | null
 * }} HeldMessage
 */

/** @typedef {{ hasOrder: boolean, columns: Readonly<Record<string, string | null>> }} Row */

/**
 * What `POST /lookup` answers the page.
 *
 * @typedef {{
 *   process: string, held: ReadonlyArray<HeldMessage>, heldCount: number, redriveRunning: boolean,
 *   table: { rows: ReadonlyArray<Row>, hidden: ReadonlyArray<string> } | { notLookedAt: string },
 *   deadLetters: { letters: ReadonlyArray<import("./Recording.js").DeadLetter>, remembered: number, withoutId: number }
 * }} LookUpAnswer
 */

/** So many messages that are held, and dead letters, are told one by one. */
const toldOneByOne = 3

/**
 * @param {LookUpKey} key
 * @param {LookUpAnswer} answer
 */
export const lookUpView = (key, answer) => {
  const { deadLetters, table } = answer
  const rows = "rows" in table ? table.rows.filter(({ hasOrder }) => key.kind === "payment" || hasOrder) : []
  const found = [...rowClauses(key, rows), ...heldClauses(answer), ...letterClauses(key, answer)]
  return {
    isFound: found.length > 0,
    sentence: plainText(found.length > 0 ? `${sentenceCase(found.join("; "))}.` : nowhere(key, answer)),
    places: placesOf(answer),
    next: nextOf(key, answer, rows),
    rows: "rows" in table ? table.rows.flatMap((row) => cellsOf(row, table.hidden)) : [],
    isMasked: "rows" in table && table.rows.length > 0 && table.hidden.length > 0,
    letters: deadLetters.letters.length
  }
}

/** @param {LookUpKey} key */
const named = ({ id, kind }) => `${kind} ${id}`

/** @param {string} text */
const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * @param {LookUpKey} key
 * @param {ReadonlyArray<Row>} rows
 */
const rowClauses = (key, rows) => {
  const [row] = rows
  if (row === undefined) return []
  if (key.kind === "payment")
    return [
      `${named(key)} is in the row of order ${rows.map(({ columns }) => columns["order_id"]).join(", ")}`
    ]
  const payment = row.columns["payment_id"] ?? null
  return [`${named(key)} is stored, ${payment === null ? "and has no payment" : `with payment ${payment}`}`]
}

/** @param {LookUpAnswer} answer */
const heldClauses = ({ held, heldCount }) => {
  const told = held.slice(0, toldOneByOne)
  const more = heldCount - told.length
  return [
    ...told.map(heldClause),
    ...(more > 0 ? [`${countText(more, "more message")} of it are held here`] : [])
  ]
}

/** @param {HeldMessage} message */
const heldClause = ({ orderId, paymentId, place, reason, since, until }) => {
  const what = paymentId === null ? `order ${orderId}` : `payment ${paymentId}`
  const from = clockText(Date.parse(since))
  if (place === "waiting")
    return `${what} waits here for order ${orderId} since ${from}, until ${clockText(Date.parse(until ?? since))} at least`
  const why = reason === null ? "" : `: ${reason}`
  return `this process ${place === "retrying" ? "retries" : "works on"} ${what}, which came at ${from}${why}`
}

/**
 * @param {LookUpKey} key
 * @param {LookUpAnswer} answer
 */
const letterClauses = (key, { deadLetters: { letters } }) => {
  const told = letters.toReversed().slice(0, toldOneByOne)
  const more = letters.length - told.length
  return [
    ...told.map(
      ({ atMillis, error, reason }) =>
        `${named(key)} became a dead letter at ${clockText(atMillis)} (${reason}: ${error})`
    ),
    ...(more > 0 ? [`${countText(more, "older dead letter")} of this process carry it`] : [])
  ]
}

/**
 * Of nothing that was not looked at it says that it is not there.
 *
 * @param {LookUpKey} key
 * @param {LookUpAnswer} answer
 */
const nowhere = (key, { deadLetters, table }) => {
  const absent = [
    ...("rows" in table ? ["not in the table"] : []),
    "not held by this process",
    `not among the ${countText(deadLetters.remembered, "dead letter")} that it remembers${withoutIdText(deadLetters)}`
  ]
  const rest = "rows" in table ? "" : ` Not looked at: the table (${table.notLookedAt}).`
  return `${sentenceCase(named(key))} is nowhere here: ${absent.join(", ")}.${rest}`
}

/** @param {LookUpAnswer["deadLetters"]} deadLetters */
const withoutIdText = ({ withoutId }) =>
  withoutId === 0 ? "" : `, of which ${withoutId} have no id that can be read`

/** What was found in each place, in a line each. @param {LookUpAnswer} answer */
const placesOf = ({ deadLetters, heldCount, process, redriveRunning, table }) => [
  {
    place: "Table",
    text:
      "rows" in table
        ? table.rows.length === 0
          ? "no row"
          : table.rows
              .map(
                ({ columns, hasOrder }) =>
                  `the row of order ${columns["order_id"]}${hasOrder ? "" : ", without the order itself"}`
              )
              .join("; ")
        : plainText(`not looked at: ${table.notLookedAt}`)
  },
  {
    place: "This process",
    text: plainText(
      `${process} holds ${heldCount === 0 ? "nothing" : countText(heldCount, "message")} of it${redriveRunning ? "; it is redriving, and holds dead letters that were not looked at" : ""}`
    )
  },
  {
    place: "Dead letters",
    text: `${deadLetters.letters.length === 0 ? "none" : deadLetters.letters.length} of the ${deadLetters.remembered} that this process remembers${withoutIdText(deadLetters)}`
  }
]

/**
 * The command that goes on.
 *
 * @param {LookUpKey} key
 * @param {LookUpAnswer} answer
 * @param {ReadonlyArray<Row>} rows
 */
const nextOf = (key, { deadLetters: { letters } }, rows) => {
  const letter = letters.at(-1)
  if (letter !== undefined && rows.length === 0) return `counterfoil dlq show ${plainText(letter.messageId)}`
  return `counterfoil where --${key.kind} ${key.id}`
}

/**
 * @param {Row} row
 * @param {ReadonlyArray<string>} hidden
 */
const cellsOf = ({ columns }, hidden) => [
  ...Object.entries(columns).map(([column, value]) => [column, value === null ? "–" : plainText(value)]),
  ...hidden.map((column) => [column, "(hidden)"])
]
