/** What `where` has found out, and what may be said of it. */
import { Result } from "effect"
import type { HeldMessage, LookUpKey } from "../../telemetry/LookUp.ts"
import type { DeadLettersLook } from "./WhereDeadLetters.ts"
import type { AnsweredProcess, ProcessesLook } from "./WhereProcesses.ts"
import type { TableLook } from "./WhereTable.ts"

/** What `where` has found out; of each part the look, or why there was none. */
export interface WhereReport {
  readonly key: LookUpKey
  readonly processes: ProcessesLook
  readonly deadLetters: Result.Result<DeadLettersLook, string>
  readonly table: Result.Result<TableLook, string>
}

/** A message that a process holds. */
export interface HeldThere extends AnsweredProcess {
  readonly message: HeldMessage
}

/** Everything that the processes hold of it. */
export const heldIn = ({ processes }: WhereReport): ReadonlyArray<HeldThere> =>
  processes.answered.flatMap((asked) => asked.answer.held.map((message) => ({ ...asked, message })))

/** Rows that hold what is looked for: an order is not in a row that holds a payment alone. */
export const rowsWithIt = ({ key, table }: WhereReport): TableLook["rows"] =>
  Result.isFailure(table)
    ? []
    : table.success.rows.filter(({ hasOrder }) => key.kind === "payment" || hasOrder)

/** Whether it is anywhere. */
export const isFound = (report: WhereReport): boolean =>
  rowsWithIt(report).length > 0 ||
  heldIn(report).length > 0 ||
  report.processes.retriedBy.length > 0 ||
  (Result.isSuccess(report.deadLetters) && report.deadLetters.success.count > 0)

/** Processes that redrive by themselves: each holds dead letters that the look through them has not seen. */
export const redrivingIn = ({ processes }: WhereReport): ReadonlyArray<string> =>
  processes.answered.filter(({ answer }) => answer.redriveRunning).map(({ answer }) => answer.process)

/** What was not looked at, each as `WHAT: WHY`; only where there is none may it be said that something is nowhere. */
export const notLookedAt = (report: WhereReport): ReadonlyArray<string> => {
  const { deadLetters, processes, table } = report
  const { failed, notAsked } = processes
  return [
    ...(Result.isFailure(table) ? [`the table: ${table.failure}`] : []),
    ...(Result.isFailure(deadLetters) ? [`the dead letters: ${deadLetters.failure}`] : []),
    ...(Result.isSuccess(deadLetters) && deadLetters.success.isPartial
      ? [`some of the dead letters: no more than ${deadLetters.success.read} can be held at once`]
      : []),
    ...redrivingIn(report).map((process) => `some dead letters: process ${process} is redriving`),
    ...failed.map(({ url, why }) => `the process at ${url}: ${why}`),
    ...(Result.isFailure(notAsked)
      ? [`other processes: which there are is not known (${notAsked.failure})`]
      : notAsked.success.map((process) => `process ${process}: it was not asked (--url)`))
  ]
}
