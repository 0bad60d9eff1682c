/** Reads back what a measurement left, and compares every cell and every dead letter with what was published. */
import type { types } from "cassandra-driver"
import type { Bench } from "./Bench.ts"
import type { FactTable } from "./FactTable.ts"
import type { PubSubAccess } from "./PubSubAccess.ts"
import { subscriptionPath, type Topics } from "./Topics.ts"
import { isUnmatched, orderOf, paymentOf, unmatchedAmong } from "./Traffic.ts"

/** What must be in the table and among the dead letters. */
export interface Expectation {
  /** Orders 1 … `orders`. */
  readonly orders: number
  /** Payments 1 … `payments`. */
  readonly payments: number
  /** Every how many payments one matches no order. */
  readonly unmatchedEvery: number
}

/** Throws unless the dead letters are exactly as expected, and nothing is left in the subscriptions. */
export const checkDeadLetters = (
  { access, time }: Bench,
  topics: Topics,
  deadLetters: Iterable<string>,
  expected: Expectation
): Promise<void> =>
  time.on("checking", async () => {
    const problems = [...wrongDeadLetters(deadLetters, expected)]
    for (const subscription of [topics.ordersSubscription, topics.paymentsSubscription]) {
      if (await holdsMessages(access, subscription)) problems.push(`${subscription} still holds messages`)
    }
    assertNone(problems)
  })

/** Throws unless the rows are exactly as expected. */
export const checkRows = async (table: FactTable, expected: Expectation): Promise<void> =>
  assertNone(await wrongRows(table, expected))

/** How many dead letters there must be. */
export const deadLetterCount = ({ payments, unmatchedEvery }: Expectation): number =>
  unmatchedAmong(1, payments, unmatchedEvery)

/** How many there are, and the first. */
export const shownProblems = (problems: ReadonlyArray<string>): string =>
  `${problems.length} wrong, first: ${problems.slice(0, 5).join("; ")}`

const assertNone = (problems: ReadonlyArray<string>): void => {
  if (problems.length > 0) throw new Error(shownProblems(problems))
}

/** One sentence for each row that is not exactly as expected, cell by cell, or not there. */
export const wrongRows = async (table: FactTable, expected: Expectation): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  let rows = 0
  for await (const row of table.rows()) {
    rows += 1
    const wrong = wrongCells(row, expected)
    if (wrong.length > 0) problems.push(`order ${row["order_id"]}: ${wrong.join(", ")}`)
  }
  for (; rows < expected.orders; rows++) problems.push("a row is missing")
  return problems
}

const wrongCells = (row: types.Row, expected: Expectation): ReadonlyArray<string> => {
  const id = Number(row["order_id"])
  if (id > expected.orders) return ["a row too many"]
  const hasPayment = id <= expected.payments && !isUnmatched(id, expected.unmatchedEvery)
  const cells = { ...noPayment, ...orderOf(id), ...(hasPayment ? paymentOf(id, 0) : {}) }
  return Object.entries(cells).flatMap(([column, value]) =>
    valueOf(row[column]) === value ? [] : [`${column} is ${row[column]} instead of ${value}`]
  )
}

const noPayment = {
  payment_id: null,
  payment_method: null,
  card_last_four: null,
  payment_status: null,
  payment_datetime: null
}

/** Integers come as objects of the driver's own. */
const valueOf = (cell: unknown): unknown =>
  typeof cell === "object" && cell !== null ? Number(cell.toString()) : cell

const wrongDeadLetters = (deadLetters: Iterable<string>, expected: Expectation): ReadonlyArray<string> => {
  const missing = new Set<string>()
  for (let id = 1; id <= expected.payments; id++) {
    if (!isUnmatched(id, expected.unmatchedEvery)) continue
    missing.add(JSON.stringify(paymentOf(id, expected.unmatchedEvery)))
  }
  const wrong: Array<string> = []
  for (const text of deadLetters) {
    if (!missing.delete(text)) wrong.push(`a dead letter too many: ${text}`)
  }
  return missing.size === 0 ? wrong : [...wrong, `${missing.size} dead letters are missing`]
}

const holdsMessages = async (access: PubSubAccess, subscription: string): Promise<boolean> => {
  const name = subscriptionPath(access, subscription)
  const [{ receivedMessages }] = await access.subscriber.pull({
    subscription: name,
    maxMessages: 1,
    returnImmediately: true
  })
  return (receivedMessages?.length ?? 0) > 0
}
