/** Judges dead letters by the messages they stand for. */
import { isDeepStrictEqual } from "node:util"
import type { DeadLetter, Published } from "./Ledger.ts"
import { keyOf, type Planned, type StreamName } from "./Traffic.ts"

/** The dead letters by the key of the message they stand for. */
export const deadLettersByKey = (
  deadLetters: ReadonlyArray<DeadLetter>
): ReadonlyMap<string, ReadonlyArray<DeadLetter>> =>
  Map.groupBy(deadLetters, (deadLetter) =>
    keyOf(streamOf(deadLetter), deadLetter.attributes["dlq-message-id"] ?? "?")
  )

/** Whether there is a message for each, the same, and one for each message but for the copies that are excused. */
export const judgeDeadLetters = (
  published: ReadonlyMap<string, Published>,
  deadLetters: ReadonlyMap<string, ReadonlyArray<DeadLetter>>,
  isExcusedAfter: (original: Published, first: DeadLetter) => boolean
) => {
  const findings: Array<string> = []
  let [wrong, foreign, doubled] = [0, 0, 0]
  for (const [key, copies] of deadLetters) {
    const original = published.get(key)
    if (original === undefined) {
      foreign += 1
      findings.push(`a dead letter for ${key}, which was not published`)
      continue
    }
    if (!copies.every((deadLetter) => isCopyOf(deadLetter, original.planned))) {
      wrong += 1
      findings.push(`the dead letter for ${key} is not the message it stands for`)
    }
    const inOrder = copies.toSorted((one, other) => one.publishTimeMillis - other.publishTimeMillis)
    const unexcused = inOrder.slice(0, -1).filter((first) => !isExcusedAfter(original, first))
    doubled += unexcused.length
    if (unexcused.length > 0) findings.push(`doubled: ${key}: ${copiesIn(inOrder)}`)
  }
  return { wrong, foreign, doubled, findings }
}

/** The stream a dead letter comes from, by the name of its subscription. */
const streamOf = ({ attributes }: DeadLetter): StreamName =>
  /\/subscriptions\/payment/.test(attributes["dlq-subscription"] ?? "") ? "payments" : "orders"

/** Tells a second publish of one delivery from a delivery that came again. */
const copiesIn = (deadLetters: ReadonlyArray<DeadLetter>): string =>
  deadLetters
    .map(
      ({ attributes }) =>
        `${attributes["dlq-reason"]} at ${attributes["dlq-failed-at"]}, delivery ${attributes["dlq-delivery-attempt"]}`
    )
    .join("; ")

const isCopyOf = ({ data, attributes }: DeadLetter, planned: Planned): boolean =>
  data.equals(planned.data) &&
  isDeepStrictEqual(
    Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith("dlq-"))),
    { ...planned.attributes }
  )
