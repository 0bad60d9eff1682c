/** Remembers the last dead letters of this process, for whoever looks at it. */
import type { DeadLetterReason } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import { deadLetterTextMax, recentDeadLettersMax } from "./Limits.ts"

/** A dead letter as it is shown. It holds nothing of its payload but ids. */
export interface RecentDeadLetter {
  /** Rises by one with each; the first is 1. */
  readonly number: number
  /** When its publish was confirmed. **Units**: ms since the epoch. */
  readonly atMillis: number
  readonly stream: StreamName
  readonly reason: DeadLetterReason
  /** The first field that is wrong, where one is. */
  readonly path: string | undefined
  /** Of the message that became it. */
  readonly messageId: string
  /** Undefined where the message could not be read. **Shape**: as decimal text. */
  readonly orderId: string | undefined
  readonly paymentId: string | undefined
  /** Quotes no value of the message. */
  readonly error: string
}

/** The last dead letters; the oldest goes when there are more than {@link recentDeadLettersMax}. */
export class RecentDeadLetters {
  readonly #letters: Array<RecentDeadLetter> = []
  #count = 0

  /** Takes one more, with texts of a bounded length. */
  add(letter: Omit<RecentDeadLetter, "number">): void {
    this.#count += 1
    this.#letters.push({
      ...letter,
      number: this.#count,
      path: letter.path === undefined ? undefined : clipped(letter.path),
      messageId: clipped(letter.messageId),
      error: clipped(letter.error)
    })
    if (this.#letters.length > recentDeadLettersMax) this.#letters.shift()
  }

  /** All of them, the oldest first. */
  newest(): ReadonlyArray<RecentDeadLetter> {
    return this.#letters
  }
}

/** The same for a file that is handed on: of the ids of order and payment only the last three digits are there. */
export const masked = (letter: RecentDeadLetter): RecentDeadLetter => ({
  ...letter,
  orderId: maskedId(letter.orderId),
  paymentId: maskedId(letter.paymentId)
})

const maskedId = (id: string | undefined): string | undefined =>
  id === undefined ? undefined : `…${id.slice(-3)}`

const clipped = (text: string): string =>
  text.length > deadLetterTextMax ? `${text.slice(0, deadLetterTextMax)}…` : text
