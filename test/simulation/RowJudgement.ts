/** Judges the rows of the table: cell by cell the orders, whole the payments (G2). */
import { type Cells, isNewer, orderCells, paymentColumns, type Write } from "../support/Expectation.ts"
import type { ExcuseBook } from "./Excuses.ts"
import type { Entry, LedgerEntries } from "./LedgerEntries.ts"
import type { SimulationResult } from "./Simulation.ts"

/** Cells that differ from what the versions say, a sentence each. */
export const wrongCells = (
  result: SimulationResult,
  ledger: LedgerEntries,
  book: ExcuseBook
): ReadonlyArray<string> => {
  const { pending, plan, table } = result
  const foreign = new Map(plan.table.foreign.map((row) => [row.orderId, { ...row, tieBreak: "" }]))
  const cases: Array<string> = []
  for (const orderId of new Set([...table.rows.keys(), ...ledger.orders.keys()])) {
    const fact = table.fact(orderId)
    const row: Cells | undefined = fact && { ...fact }
    const foreignRow = foreign.get(orderId)
    const orders = [...(ledger.orders.get(orderId) ?? []), ...(foreignRow === undefined ? [] : [foreignRow])]
    if (orders.length === 0) cases.push(`row ${orderId} is of no order`)
    for (const [column, value] of Object.entries(orders.length === 0 ? {} : orderCells(orders))) {
      const found = row?.[column]
      if (found !== value) cases.push(`order ${orderId}: ${column} is ${found}, not ${value}`)
    }
    const payments = (ledger.payments.get(orderId) ?? []).filter(
      ({ isRefused, message }) => !isRefused && !pending.has(message.messageId)
    )
    if (row === undefined) continue
    const problem = paymentProblem({ result, book, row, orderId, payments, orders, foreign: foreignRow })
    if (problem !== undefined) cases.push(`order ${orderId}: ${problem}`)
  }
  return cases
}

interface PaidRow {
  readonly result: SimulationResult
  readonly book: ExcuseBook
  readonly row: Cells
  readonly orderId: bigint
  readonly payments: ReadonlyArray<Entry>
  /** All that wrote the order's columns, the scripts too. */
  readonly orders: ReadonlyArray<Write>
  /** What the scripts wrote there: explicit nulls for the payment. */
  readonly foreign: Write | undefined
}

/** The row must have the greatest of the payments without a dead letter, whole, or a greater one that has both. */
const paymentProblem = (paid: PaidRow): string | undefined => {
  const { payments, row } = paid
  const must = payments
    .filter(({ deadLetters }) => deadLetters.length === 0)
    .reduce<Entry | undefined>((best, one) => (best && !isNewer(one, best) ? best : one), undefined)
  if (must === undefined ? stands(row, undefined) : stands(row, must.cells)) return undefined
  if (must !== undefined && liftedInstead(paid, must)) return undefined
  const both = payments.find(
    (one) => one.deadLetters.length > 0 && (!must || isNewer(one, must)) && stands(row, one.cells)
  )
  if (both !== undefined && mayHaveBoth(paid.result, both)) {
    paid.book.excuse("stored too", both.message.messageId)
    return undefined
  }
  if (must !== undefined && isMixedTie(paid, must)) return undefined
  const found = paymentColumns.map((column) => row[column]).join(", ")
  const wanted = must && paymentColumns.map((column) => must.cells[column]).join(", ")
  return `its payment is ${found}, not ${wanted}`
}

/** It was delivered twice; or its dead letter's publish was not confirmed, so that it was looked up again. */
const mayHaveBoth = ({ log }: SimulationResult, { message }: Entry): boolean => {
  const deliveries = log.of(message.messageId)
  return (
    deliveries.length > 1 ||
    deliveries.some(({ publishesAsked, publishesConfirmed }) => publishesAsked > publishesConfirmed)
  )
}

const stands = (row: Cells, cells: Cells | undefined): boolean =>
  paymentColumns.every((column) => (row[column] ?? null) === (cells?.[column] ?? null))

/**
 * A payment that is older than the nulls of a foreign writer is lifted above the newest write of its order, for nothing
 * tells when the nulls were written, and stays where no payment is newer than that: its own version is lost.
 * **Source**: DESIGN, G2; docs/not-guaranteed.md.
 */
const liftedInstead = ({ foreign, orders, payments, row }: PaidRow, must: Entry): boolean => {
  if (foreign === undefined) return false
  const isOlder = ({ version }: Write, than: Write) => version < than.version + 2n * millisecond
  return (
    orders.some((order) => isOlder(must, order)) &&
    payments.some((one) => isOlder(one, foreign) && stands(row, one.cells))
  )
}

/** A tie that two decided at once is no guarantee: then its cells may be mixed, which the hash of no message describes. */
const isMixedTie = ({ book, orderId, payments, result, row }: PaidRow, must: Entry): boolean => {
  const tied = payments.filter(({ version }) => version === must.version)
  if (tied.length < 2 || !mayBeDecidedTwice(result, orderId, tied)) return false
  const isMixed = paymentColumns.every((column) => tied.some(({ cells }) => cells[column] === row[column]))
  // Such a mix may count as up to a millisecond older than it is, and lose to an older payment.
  const near = payments.filter(({ version }) => version > must.version - millisecond)
  if (!isMixed && !near.some(({ cells }) => stands(row, cells))) return false
  // The others were to lose in any case.
  book.excuse("mixed tie", must.message.messageId)
  return true
}

const mayBeDecidedTwice = (
  { lateWrites, log }: SimulationResult,
  orderId: bigint,
  tied: ReadonlyArray<Entry>
): boolean => {
  const processes = new Set(
    tied.flatMap(({ message }) => log.of(message.messageId).map((one) => one.process))
  )
  return processes.size > 1 || lateWrites.has(orderId)
}

/** **Units**: microseconds. */
const millisecond = 1_000n
