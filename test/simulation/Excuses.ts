/** What the ledger lets pass, message by message, and how often. */

/**
 * Why something counts as no fault although it looks like one. Nothing else is excused.
 *
 * **Source**: DESIGN, G2, G3 and G5.
 */
export const excuses = {
  "mixed tie":
    "G2: two processes decided an exact tie at once, or a write was carried out after it was given up",
  "stored too":
    "G3: of two deliveries of a payment one matched and one became a dead letter; or its publish was not confirmed, and it was looked up again",
  "publish unconfirmed": "G3: the dead letter's publish was carried out, and the process was not told so",
  "ack unconfirmed":
    "G3: the dead letter was published, and its acknowledgement lost, or its lease had ended",
  "process ended":
    "G3: a process died, or its stop ran out of time, between the publish and the acknowledgement",
  "delivered twice": "Pub/Sub handed the message to two at once, and each published its dead letter",
  overtaken:
    "G5: Pub/Sub handed out an order from after the payment's grace, and its own order, for the first time, only after the reading that its dead letter follows from, or in the 10 s between"
} as const

/** One of them. */
export type Excuse = keyof typeof excuses

/** How many messages each excused. */
export type ExcuseCounts = Readonly<Record<Excuse, number>>

/** Messages that were excused. */
export class ExcuseBook {
  readonly #messages = new Map<Excuse, Set<string>>()

  excuse(excuse: Excuse, messageId: string): void {
    const messages = this.#messages.get(excuse)
    if (messages === undefined) this.#messages.set(excuse, new Set([messageId]))
    else messages.add(messageId)
  }

  get counts(): ExcuseCounts {
    return countsOf((excuse) => this.#messages.get(excuse)?.size ?? 0)
  }
}

/** The sum of counts. */
export const sumOfExcuses = (all: ReadonlyArray<ExcuseCounts>): ExcuseCounts =>
  countsOf((excuse) => all.reduce((sum, counts) => sum + counts[excuse], 0))

const names = Object.keys(excuses) as ReadonlyArray<Excuse>

const countsOf = (count: (excuse: Excuse) => number): ExcuseCounts =>
  Object.fromEntries(names.map((name) => [name, count(name)])) as Record<Excuse, number>
