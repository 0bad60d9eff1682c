/**
 * Judges unmatched payments (G5), for any number of processes.
 *
 * A dead letter `unmatched-payment` of a payment published at `p`, with a grace `g`, published itself at `d`, is *false* when
 *
 * - `d < p + g`: it was given up before its grace; or
 * - an order of its id was in the table before `d - 10 s`: a look-up begun less than 10 s before the dead letter had to
 *   find it; or
 * - `g > 0`, and an order of its id that can be stored was published at or before `p + g`: wherever that order was then
 *   (unread, in a process that cannot store it, given back, lost with a process), the payment had to wait for it.
 *
 * Whether it is false does not depend on how many processes there were, nor on what happened to them. Of what G5 does not
 * promise one thing occurs here, and is excused message by message: Pub/Sub handed out an order published after `p + g`
 * and kept back one published before it, which no process had ever been handed when the payment was given up. An order
 * that Pub/Sub itself lost on the way to a process that stood still or was cut off comes again when its lease ends, as on
 * the service; that is no excuse, since that order was handed out before.
 *
 * **Source**: DESIGN, G5.
 */
import { Duration } from "effect"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { attributeOf } from "../support/World.ts"
import type { ExcuseBook } from "./Excuses.ts"
import type { Entry, LedgerEntries } from "./LedgerEntries.ts"
import type { SimulationResult } from "./Simulation.ts"

/** False dead letters, a sentence each. */
export const falseDeadLetters = (
  result: Pick<SimulationResult, "log" | "plan" | "storedAt">,
  ledger: LedgerEntries,
  book: ExcuseBook
): ReadonlyArray<string> => {
  const cases: Array<string> = []
  for (const [orderId, payments] of ledger.payments) {
    for (const payment of payments) {
      for (const deadLetter of payment.deadLetters) {
        if (attributeOf(deadLetter, "dlq-reason") !== "unmatched-payment") continue
        const problem = problemOf({ result, ledger, book }, payment, deadLetter)
        if (problem !== undefined)
          cases.push(`payment for order ${orderId} (message ${payment.message.messageId}) ${problem}`)
      }
    }
  }
  return cases
}

/** From a reading of the progress table to the dead letter that follows from it, at most. **Units**: milliseconds. */
const readingToLetterMillis = 10_000

interface Judged {
  readonly result: Pick<SimulationResult, "log" | "plan" | "storedAt">
  readonly ledger: LedgerEntries
  readonly book: ExcuseBook
}

const problemOf = (
  { result, ledger, book }: Judged,
  payment: Entry,
  deadLetter: Published
): string | undefined => {
  const grace = Duration.toMillis(result.plan.settings.paymentGrace)
  const givenUpAt = millisOf(deadLetter)
  const graceEnd = millisOf(payment.message) + grace
  if (givenUpAt < graceEnd) return "was given up before its grace"
  const stored = result.storedAt.get(payment.orderId) ?? Number.POSITIVE_INFINITY
  if (stored < givenUpAt - readingToLetterMillis)
    return `was given up ${givenUpAt - stored} ms after its order was stored`
  const inTime = (ledger.orders.get(payment.orderId) ?? []).filter(
    ({ message }) => millisOf(message) <= graceEnd
  )
  const [first] = inTime
  if (grace === 0 || first === undefined) return undefined
  if (inTime.every(({ message }) => wasOvertaken(result, ledger, { message, graceEnd, givenUpAt }))) {
    book.excuse("overtaken", payment.message.messageId)
    return undefined
  }
  const margin = graceEnd - millisOf(first.message)
  return `was given up ${givenUpAt - graceEnd} ms after its grace, though its order was published ${margin} ms before that`
}

interface Order {
  readonly message: Published
  /** **Units**: ms since the epoch. */
  readonly graceEnd: number
  /** **Units**: ms since the epoch. */
  readonly givenUpAt: number
}

/**
 * Nobody had been handed this order when the table was read for its payment's dead letter, and somebody had been handed a
 * later one.
 */
const wasOvertaken = (
  { log }: Pick<SimulationResult, "log">,
  { orders }: LedgerEntries,
  { givenUpAt, graceEnd, message }: Order
): boolean => {
  const [first] = log.of(message.messageId)
  // A first delivery that nobody received has another number than the first that somebody did.
  if (
    first === undefined ||
    first.attempt !== 1 ||
    first.receivedAtMillis < givenUpAt - readingToLetterMillis
  )
    return false
  return [...orders.values()].flat().some((other) => {
    const [firstOfOther] = log.of(other.message.messageId)
    return (
      millisOf(other.message) > graceEnd &&
      firstOfOther !== undefined &&
      firstOfOther.receivedAtMillis < givenUpAt
    )
  })
}

/** **Units**: ms since the epoch. */
const millisOf = ({ publishTimeMicros }: Published): number => publishTimeMicros / 1_000
