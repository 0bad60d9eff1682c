/** Which dead letters are meant: the one place that decides it, for every command. */
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import { idsOf } from "./DeadLetterMessages.ts"

/** Which dead letters are meant: those that meet every condition given. */
export interface DeadLetterFilter {
  /** One of these; `unknown`: without a reason, as the original's and those of Pub/Sub's own policy. */
  readonly reasons: ReadonlySet<string> | undefined
  /** As its decimal text. */
  readonly orderId: string | undefined
  /** As its decimal text. */
  readonly paymentId: string | undefined
  /** Those that came into the dead-letter topic then or later. **Units**: µs since the epoch. */
  readonly sinceMicros: number | undefined
  /** What its data contains, as UTF-8. */
  readonly text: string | undefined
  /** The first field that was wrong. */
  readonly path: string | undefined
}

/** Every dead letter. */
export const everyDeadLetter: DeadLetterFilter = {
  reasons: undefined,
  orderId: undefined,
  paymentId: undefined,
  sinceMicros: undefined,
  text: undefined,
  path: undefined
}

/** The reason of a dead letter that gives none. */
export const unknownReason = "unknown"

/** Whether a dead letter is meant. */
export const isMeant = (filter: DeadLetterFilter, letter: ReceivedDeadLetter): boolean => {
  const { orderId, path, paymentId, reasons, sinceMicros, text } = filter
  const { data, publishTimeMicros } = letter.delivery
  if (reasons !== undefined && !reasons.has(letter.reason ?? unknownReason)) return false
  if (path !== undefined && letter.path !== path) return false
  if (sinceMicros !== undefined && publishTimeMicros < sinceMicros) return false
  if (text !== undefined && !bufferOf(data).includes(text, 0, "utf8")) return false
  if (orderId === undefined && paymentId === undefined) return true
  const ids = idsOf(data)
  if (orderId !== undefined && ids.orderId !== orderId) return false
  return paymentId === undefined || ids.paymentId === paymentId
}

/** The same bytes, not copied. */
const bufferOf = ({ buffer, byteLength, byteOffset }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
