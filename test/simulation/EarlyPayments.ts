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
 * promise nothing occurs here: the subscriptions have no retry policy, all processes read one orders subscription and
 * know the progress table, there is one data centre. An order that Pub/Sub itself lost on the way to a process that stood
 * still or was cut off comes again when its lease ends, as on the service; that is no excuse.
 *
 * **Source**: DESIGN, G5.
 */
import { Duration } from "effect"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { attributeOf } from "../support/World.ts"
import type { Entry, LedgerEntries } from "./LedgerEntries.ts"
import type { SimulationResult } from "./Simulation.ts"

/** False dead letters, a sentence each. */
export const falseDeadLetters = (result: SimulationResult, ledger: LedgerEntries): ReadonlyArray<string> => {
  const cases: Array<string> = []
  for (const [orderId, payments] of ledger.payments) {
    for (const payment of payments) {
      for (const deadLetter of payment.deadLetters) {
        if (attributeOf(deadLetter, "dlq-reason") !== "unmatched-payment") continue
        const problem = problemOf(result, ledger.orders.get(orderId) ?? [], payment, deadLetter)
        if (problem !== undefined)
          cases.push(`payment for order ${orderId} (message ${payment.message.messageId}) ${problem}`)
      }
    }
  }
  return cases
}

/** From a reading of the progress table to the dead letter that follows from it, at most. **Units**: milliseconds. */
const readingToLetterMillis = 10_000

const problemOf = (
  { plan, storedAt }: SimulationResult,
  orders: ReadonlyArray<Entry>,
  payment: Entry,
  deadLetter: Published
): string | undefined => {
  const grace = Duration.toMillis(plan.settings.paymentGrace)
  const givenUpAt = millisOf(deadLetter)
  const graceEnd = millisOf(payment.message) + grace
  if (givenUpAt < graceEnd) return "was given up before its grace"
  const stored = storedAt.get(payment.orderId) ?? Number.POSITIVE_INFINITY
  if (stored < givenUpAt - readingToLetterMillis)
    return `was given up ${givenUpAt - stored} ms after its order was stored`
  const inTime = orders.find(({ message }) => millisOf(message) <= graceEnd)
  if (grace === 0 || inTime === undefined) return undefined
  const margin = graceEnd - millisOf(inTime.message)
  return `was given up ${givenUpAt - graceEnd} ms after its grace, though its order was published ${margin} ms before that`
}

/** **Units**: ms since the epoch. */
const millisOf = ({ publishTimeMicros }: Published): number => publishTimeMicros / 1_000
