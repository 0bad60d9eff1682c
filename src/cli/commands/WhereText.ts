/** Shows where an order or a payment is: to people, and as JSON. */
import { Result } from "effect"
import { verdictName } from "../../ingest/DeadLetterSurvey.ts"
import { rfc3339 } from "../../time/Rfc3339.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { thousands, wordsOf } from "./DlqWords.ts"
import { heldIn, isFound, notLookedAt, type WhereReport } from "./WhereReport.ts"
import { nextOf, sentenceOf } from "./WhereSentence.ts"

/** The report for people. **Guarantee**: no character of a message or of a process's answer can touch the terminal. */
export const whereText = (report: WhereReport): string =>
  [
    ...(isFound(report) ? [sentenceOf(report), ""] : []),
    `table         ${Result.match(report.table, { onFailure: notLooked, onSuccess: tableText })}`,
    `dead letters  ${Result.match(report.deadLetters, { onFailure: notLooked, onSuccess: deadLettersText })}`,
    ...processLines(report).map(
      (line, index) => `${index === 0 ? "processes     " : "              "}${line}`
    ),
    "",
    `next: ${nextOf(report)}`
  ]
    .map(escaped)
    .join("\n")

const notLooked = (why: string): string => `not looked at: ${why}`

type Looked<Part> = Part extends Result.Result<infer A, string> ? A : never

const tableText = ({ by, indexError, rows, scanned }: Looked<WhereReport["table"]>): string => {
  const found =
    rows.length === 0
      ? "no row"
      : rows
          .map(({ hasOrder, orderId, paymentId }) =>
            [
              `the row of order ${orderId}`,
              ...(hasOrder ? [] : ["without the order itself"]),
              paymentId === null ? "no payment" : `payment ${paymentId}`
            ].join(", ")
          )
          .join("; ")
  if (by !== "scan") return by === "index" ? `${found} (by the index)` : found
  const why =
    indexError === undefined
      ? "`counterfoil setup cassandra --index-payments` spares the scan"
      : `the index did not answer: ${indexError}`
  return `${found} (${thousands(scanned)} rows scanned; ${why})`
}

const deadLettersText = (look: Looked<WhereReport["deadLetters"]>): string => {
  const { count, isPartial, letters, read, withoutId } = look
  const without = withoutId === 0 ? "" : `, of which ${thousands(withoutId)} have no id that can be read`
  const all = `of the ${thousands(read)} read${without}${isPartial ? "; there are more, which could not be held at once" : ""}`
  if (count === 0) return `none ${all}`
  const shown = letters.map(({ id, reason, verdict }) => `${id} ${reason} (${wordsOf(verdictName(verdict))})`)
  const others = count > letters.length ? `, and ${thousands(count - letters.length)} older` : ""
  return `${shown.join(", ")}${others}; ${thousands(count)} ${all}`
}

const processLines = (report: WhereReport): ReadonlyArray<string> => {
  const { answered, failed, notAsked, passedOver } = report.processes
  const lines = [
    ...answered.map(({ answer, url }) => {
      const { orders, payments } = answer.readUpTo
      const holds =
        answer.heldCount === 0 ? "holds nothing of it" : `holds ${thousands(answer.heldCount)} of it`
      return `${answer.process} at ${url} ${holds}; has read orders up to ${orders ?? "?"}, payments up to ${payments ?? "?"}`
    }),
    ...failed.map(({ url, why }) => `${url} not looked at: ${why}`),
    ...Result.match(notAsked, {
      onFailure: (why) => [`which others there are is not known: ${why}`],
      onSuccess: (names) => names.map((name) => `${name} not asked: give its address with --url`)
    }),
    ...(passedOver === undefined ? [] : [`(nothing at ${passedOver})`])
  ]
  return lines.length === 0 ? ["none is in the progress table"] : lines
}

/** The report for programs. **Shape**: one line; ids and times are texts. */
export const whereJson = (report: WhereReport): string => {
  const { deadLetters, key, processes, table } = report
  return escapedJson({
    [key.kind]: String(key.id),
    isFound: isFound(report),
    sentence: sentenceOf(report),
    next: nextOf(report),
    notLookedAt: notLookedAt(report),
    readUpTo: { orders: processes.readUpTo.orders ?? null, payments: processes.readUpTo.payments ?? null },
    table: Result.match(table, {
      onFailure: () => null,
      onSuccess: ({ by, rows, scanned }) => ({
        by,
        rowsScanned: scanned,
        rows: rows.map(({ hasOrder, orderId, paymentId }) => ({
          orderId: String(orderId),
          hasOrder,
          paymentId: paymentId === null ? null : String(paymentId)
        }))
      })
    }),
    deadLetters: Result.match(deadLetters, {
      onFailure: () => null,
      onSuccess: ({ letters, ...counts }) => ({
        ...counts,
        letters: letters.map(({ id, orderId, paymentId, reason, sinceMicros, verdict }) => ({
          id,
          reason,
          since: rfc3339(sinceMicros),
          orderId: orderId ?? null,
          paymentId: paymentId ?? null,
          verdict: verdictName(verdict)
        }))
      })
    }),
    held: heldIn(report).map(({ answer, message, url }) => ({ process: answer.process, url, ...message })),
    processesAsked: processes.answered.map(({ answer, url }) => ({
      process: answer.process,
      url,
      heldCount: answer.heldCount
    })),
    processesNotAsked: Result.getOrElse(processes.notAsked, () => null)
  })
}
