/** Judges messages with several dead letters: each repetition needs a reason of its own (G3). */
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import type { LoggedDelivery } from "../support/DeliveryLog.ts"
import { attributeOf } from "../support/World.ts"
import type { Excuse, ExcuseBook } from "./Excuses.ts"
import type { LedgerEntries } from "./LedgerEntries.ts"
import type { SimulationResult } from "./Simulation.ts"

/** Dead letters that were repeated without a reason, a sentence each. */
export const repeatedDeadLetters = (
  result: Pick<SimulationResult, "log" | "plan">,
  { deadLettersOf }: LedgerEntries,
  book: ExcuseBook
): ReadonlyArray<string> =>
  [...deadLettersOf].flatMap(([messageId, deadLetters]) => {
    if (deadLetters.length === 1) return []
    const cases: Array<string> = []
    const excused: Array<Excuse> = []
    const byAttempt = [...Map.groupBy(deadLetters, attemptOf)].sort(([one], [other]) => one - other)
    byAttempt.forEach(([attempt, letters], index) => {
      const delivery = result.log.find(messageId, attempt)
      if (delivery === undefined) {
        cases.push(`message ${messageId} has a dead letter of a delivery that nobody received`)
        return
      }
      if (letters.length > 1) {
        const unconfirmed = delivery.publishesAsked - delivery.publishesConfirmed
        if (letters.length - 1 <= unconfirmed) excused.push("publish unconfirmed")
        else cases.push(`message ${messageId} has ${letters.length} dead letters of one delivery`)
      }
      // Nothing was handed out after the last one, so nothing has to explain it. Its dead letter need not be the last.
      if (index === byAttempt.length - 1) return
      const excuse = excuseOf(result, delivery)
      if (excuse === undefined)
        cases.push(`message ${messageId} has dead letters of ${byAttempt.length} deliveries`)
      else excused.push(excuse)
    })
    for (const excuse of excused) book.excuse(excuse, messageId)
    return cases
  })

const attemptOf = (deadLetter: Published): number => Number(attributeOf(deadLetter, "dlq-delivery-attempt"))

/** Why a delivery was not the last one of its message although its dead letter is published. */
const excuseOf = (
  { log, plan }: Pick<SimulationResult, "log" | "plan">,
  delivery: LoggedDelivery
): Excuse | undefined => {
  // What is acknowledged is handed out no more, so that the other one was on its way already.
  if (delivery.ack === "done") return plan.pubSub.duplicates > 0 ? "delivered twice" : undefined
  if (delivery.publishesConfirmed === 0) return "publish unconfirmed"
  if (delivery.ack !== undefined) return "ack unconfirmed"
  return log.hasEnded(delivery.process) ? "process ended" : undefined
}
