/** Judges one row by the messages that were published for its order. */
import { orderColumns, paymentColumns } from "../support/Expectation.ts"
import type { PlainRow } from "../support/PlainTable.ts"
import type { DeadLetter, Published, Verdict } from "./Ledger.ts"

/** The messages about one order. */
export interface OrderGroup {
  readonly orders: ReadonlyArray<Keyed>
  readonly payments: ReadonlyArray<Keyed>
}

/** A message about an order. */
export interface Keyed {
  readonly key: string
  readonly publishMillis: number
  readonly cells: PlainRow
}

/** What is known of messages besides the table. */
export interface OtherEvidence {
  /** The dead letter a message became, if it became one. */
  readonly deadLetterOf: (key: string) => DeadLetter | undefined
  /** Messages left unacknowledged. */
  readonly left: ReadonlySet<string>
  /** Whether a dead letter is excused though its order was published: that came to nobody before. */
  readonly wasLate: (orderId: string, orders: ReadonlyArray<Keyed>, deadLetter: DeadLetter) => boolean
}

/** The judgement of one row. */
export interface JudgedRow {
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** What is wrong with the row, if anything is. */
  readonly wrong: string | undefined
}

/** The messages by the order they are about. */
export const groupsOf = (published: ReadonlyMap<string, Published>): ReadonlyMap<string, OrderGroup> => {
  const groups = new Map<string, { orders: Array<Keyed>; payments: Array<Keyed> }>()
  for (const [key, { planned, publishMillis }] of published) {
    const { meaning } = planned
    if (meaning._tag === "Poison") continue
    const group = groups.get(meaning.orderId) ?? { orders: [], payments: [] }
    groups.set(meaning.orderId, group)
    const side = meaning._tag === "Order" ? group.orders : group.payments
    side.push({ key, publishMillis, cells: meaning.cells })
  }
  return groups
}

/** Judges a row; undefined where the table has none. */
export const judgeRow = (
  orderId: string,
  group: OrderGroup,
  row: PlainRow | undefined,
  evidence: OtherEvidence
): JudgedRow => {
  const verdicts = new Map<string, Verdict>()
  if (group.orders.length === 0) {
    for (const { key } of group.payments) verdicts.set(key, withoutOrder(key, evidence))
    return { verdicts, wrong: row === undefined ? undefined : "no order was published for it" }
  }
  const orders = judgeSide(group.orders, row, orderColumns, evidence)
  const payments = judgeSide(group.payments, row, paymentColumns, evidence)
  for (const { key, standing } of orders.messages) {
    verdicts.set(
      key,
      evidence.deadLetterOf(key) === undefined ? (standing ?? missing(key, evidence)) : "misrouted"
    )
  }
  for (const { key, standing } of payments.messages) {
    const deadLetter = evidence.deadLetterOf(key)
    const effect = standing === "stored" ? "matched" : standing
    if (deadLetter === undefined) verdicts.set(key, effect ?? missing(key, evidence))
    else {
      const isLate =
        deadLetter.attributes["dlq-reason"] === "unmatched-payment" &&
        evidence.wasLate(orderId, group.orders, deadLetter)
      verdicts.set(key, isLate ? (effect === undefined ? "late" : "stale") : "misrouted")
    }
  }
  const paymentOnly =
    row !== undefined && orders.isEmpty && !payments.isEmpty ? "a payment without an order" : undefined
  return { verdicts, wrong: orders.wrong ?? payments.wrong ?? paymentOnly }
}

interface JudgedSide {
  /** `standing` is undefined where the message had no effect that stands. */
  readonly messages: ReadonlyArray<{
    readonly key: string
    readonly standing: "stored" | "superseded" | "wrong" | undefined
  }>
  readonly isEmpty: boolean
  readonly wrong: string | undefined
}

const judgeSide = (
  side: ReadonlyArray<Keyed>,
  row: PlainRow | undefined,
  columns: ReadonlyArray<string>,
  evidence: OtherEvidence
): JudgedSide => {
  const isEmpty = columns.every((column) => (row?.[column] ?? null) === null)
  if (isEmpty) {
    return { messages: side.map(({ key }) => ({ key, standing: undefined })), isEmpty, wrong: undefined }
  }
  const shows = ({ cells }: Keyed) => columns.every((column) => cells[column] === row?.[column])
  // A message that became a dead letter or still waits need not have been written; all others have to be.
  const bound = side.filter(({ key }) => evidence.deadLetterOf(key) === undefined && !evidence.left.has(key))
  const standing = [...latest(side), ...latest(bound)].find(shows)
  if (standing === undefined) {
    const shown = columns.map((column) => row?.[column]).join(", ")
    return {
      messages: side.map(({ key }) => ({ key, standing: "wrong" })),
      isEmpty,
      wrong: `holds ${shown}; the latest published: ${JSON.stringify(latest(bound)[0]?.cells)}`
    }
  }
  return {
    isEmpty,
    wrong: undefined,
    messages: side.map((one) => ({
      key: one.key,
      standing: shows(one) ? "stored" : one.publishMillis <= standing.publishMillis ? "superseded" : undefined
    }))
  }
}

/** Those published last; of several within one millisecond any may stand, but whole. */
const latest = (side: ReadonlyArray<Keyed>): ReadonlyArray<Keyed> => {
  const last = Math.max(...side.map(({ publishMillis }) => publishMillis))
  return side.filter(({ publishMillis }) => publishMillis === last)
}

const missing = (key: string, { left }: OtherEvidence): Verdict => (left.has(key) ? "left" : "lost")

const withoutOrder = (key: string, evidence: OtherEvidence): Verdict => {
  const deadLetter = evidence.deadLetterOf(key)
  if (deadLetter === undefined) return missing(key, evidence)
  return deadLetter.attributes["dlq-reason"] === "unmatched-payment" ? "dead-lettered" : "misrouted"
}
