/** Says in one sentence where an order or a payment is, and in another what to do next. */
import { Result } from "effect"
import { verdictName } from "../../ingest/DeadLetterSurvey.ts"
import type { LookUpKey } from "../../telemetry/LookUp.ts"
import { thousands, wordsOf } from "./DlqWords.ts"
import {
  type HeldThere,
  heldIn,
  isFound,
  notLookedAt,
  redrivingIn,
  rowsWithIt,
  type WhereReport
} from "./WhereReport.ts"

/** Where it is. **Guarantee**: says of nothing that it is not there where it was not looked at. */
export const sentenceOf = (report: WhereReport): string => {
  const found = [
    ...rowClauses(report),
    ...heldClauses(report),
    ...retryClauses(report),
    ...letterClauses(report)
  ]
  const unseen = notLookedAt(report)
  const rest = unseen.length === 0 ? undefined : `Not looked at: ${unseen.join("; ")}`
  if (isFound(report)) return [found.join("; "), ...(rest === undefined ? [] : [rest])].join(". ")
  const where = `${named(report.key)}: `
  return rest === undefined
    ? `${where}${absences(report).join(", ")}; ${unreadText(report)}`
    : `${where}${["not found where it was looked for", ...absences(report)].join(", ")}. ${rest}`
}

/** `order 7`, `payment 1007`. */
export const named = ({ id, kind }: LookUpKey): string => `${kind} ${id}`

/** Up to where the messages were read. */
export const unreadText = ({ key, processes }: WhereReport): string => {
  const upTo = processes.readUpTo[key.kind === "order" ? "orders" : "payments"]
  return upTo === undefined
    ? `how far the ${key.kind}s have been read is not known`
    : `messages newer than ${upTo} are unread`
}

/** What to do next: one command, or what to wait for. */
export const nextOf = (report: WhereReport): string => {
  const { deadLetters, key } = report
  const [letter] = Result.isSuccess(deadLetters) ? deadLetters.success.letters : []
  if (letter !== undefined) {
    const goesThrough = letter.verdict._tag === "Through"
    return goesThrough
      ? `counterfoil dlq redrive --${key.kind}-id ${key.id}`
      : `counterfoil dlq show ${letter.id} says why, and what to do`
  }
  const places = new Set(heldIn(report).map(({ message }) => message.place))
  if (places.has("retrying") || report.processes.retriedBy.length > 0)
    return "nothing, it is tried until it succeeds; /health of the process says what does not answer"
  if (places.has("waiting"))
    return "nothing, if its order is still to come; if the order was lost, have its publisher send it again"
  if (places.size > 0) return "the same command again in a moment"
  const [row] = rowsWithIt(report)
  if (row !== undefined) return `counterfoil facts get ${row.orderId} prints the row`
  if (notLookedAt(report).length > 0) return "see to what was not looked at, then the same command again"
  const replaced =
    key.kind === "payment"
      ? "; a payment that a newer one of its order replaced is nowhere: look with --order"
      : ""
  return `ask its publisher whether, when and to which topic it was sent${replaced}`
}

const rowClauses = (report: WhereReport): ReadonlyArray<string> => {
  const { key, table } = report
  const rows = rowsWithIt(report)
  const [row] = rows
  if (key.kind === "order") {
    if (row !== undefined) {
      const payment = row.paymentId === null ? "and has no payment" : `with payment ${row.paymentId}`
      return [`order ${key.id} is stored, ${payment}`]
    }
    return Result.isSuccess(table) ? [`order ${key.id} is ${notInTable(report)}`] : []
  }
  if (row === undefined) return []
  const more = Result.isSuccess(table) && table.success.isCut ? " and others" : ""
  const orders = rows.map(({ orderId }) => orderId).join(", ") + more
  const lonely = rows.every(({ hasOrder }) => !hasOrder) ? ", which is not stored itself" : ""
  return [`payment ${key.id} is in the row of order ${orders}${lonely}`]
}

const notInTable = ({ table }: WhereReport): string => {
  const payment = Result.isSuccess(table) ? table.success.rows[0]?.paymentId : undefined
  return payment === undefined
    ? "not in the table"
    : `not in the table (its row holds payment ${payment} alone)`
}

const heldClauses = (report: WhereReport): ReadonlyArray<string> => {
  const held = heldIn(report)
  const more = report.processes.answered.reduce((sum, { answer }) => sum + answer.heldCount, 0) - heldTold
  return [
    ...held.slice(0, heldTold).map(heldClause),
    ...(more > 0 ? [`${thousands(more)} more messages of it are held`] : [])
  ]
}

/** So many messages that are held are told one by one. */
const heldTold = 3

const heldClause = ({ answer, message }: HeldThere): string => {
  const { orderId, paymentId, place, reason, since, until } = message
  const what = paymentId === null ? `order ${orderId}` : `payment ${paymentId}`
  if (place === "waiting")
    return `${what} waits for order ${orderId} in process ${answer.process} since ${since}, until ${until} at least`
  const ofOrder = paymentId === null ? "" : ` of order ${orderId}`
  const why = reason === null ? "" : `: ${reason}`
  const does = place === "retrying" ? "retries" : "works on"
  return `process ${answer.process} ${does} ${what}${ofOrder}, which came ${since}${why}`
}

/** Those whose answer says so are not named again. */
const retryClauses = (report: WhereReport): ReadonlyArray<string> => {
  const said = new Set(heldIn(report).map(({ answer }) => answer.process))
  return report.processes.retriedBy
    .filter((process) => !said.has(process))
    .map(
      (process) => `process ${process} retries order ${report.key.id}, as its row in the progress table says`
    )
}

const letterClauses = ({ deadLetters, key }: WhereReport): ReadonlyArray<string> => {
  if (Result.isFailure(deadLetters)) return []
  const { count, letters } = deadLetters.success
  const [newest] = letters
  if (newest === undefined) return []
  const which = `${newest.id} (${newest.reason}, ${wordsOf(verdictName(newest.verdict))})`
  return [
    count === 1
      ? `dead letter ${which} carries ${named(key)}`
      : `${thousands(count)} dead letters carry ${named(key)}, the newest ${which}`
  ]
}

/** Where it is not: of what was looked at alone. */
const absences = (report: WhereReport): ReadonlyArray<string> => {
  const { deadLetters, processes, table } = report
  const asked = processes.answered.length
  return [
    ...(Result.isSuccess(table) ? [notInTable(report)] : []),
    ...(Result.isSuccess(deadLetters) && !deadLetters.success.isPartial && redrivingIn(report).length === 0
      ? ["not a dead letter"]
      : []),
    ...(asked > 0
      ? [`not waiting in the ${asked === 1 ? "1 process" : `${thousands(asked)} processes`} asked`]
      : []),
    ...(asked + processes.failed.length === 0 &&
    Result.isSuccess(processes.notAsked) &&
    processes.notAsked.success.length === 0
      ? ["and no process is in the progress table"]
      : [])
  ]
}
