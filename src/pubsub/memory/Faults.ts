/** What goes wrong on demand in the embedded Pub/Sub. */

/**
 * How often what goes wrong, drawn from the broker's seeded generator: 0 never, 1 always.
 *
 * **Guarantee**: the same seed and the same calls in the same order make the same faults.
 */
export interface Faults {
  /** Share of messages whose first delivery is followed by a second, under a lease of its own. */
  readonly duplicates: number
  /** Messages among which the order of delivery is shuffled; 0 or 1 keep the order of publishing. */
  readonly reorderWithin: number
  /** Share of requests to settle that never reach the server: the deliveries come again when their lease ends. */
  readonly settleRequestsLost: number
  /** Share of requests to settle that the server carries out, and whose answer never comes back. */
  readonly settleAnswersLost: number
  /** Share of calls to publish that never reach the server; answered `PubSubUnavailable`. */
  readonly publishRequestsLost: number
  /** Share of calls to publish that the server carries out, and that are answered `PubSubUnavailable`. */
  readonly publishAnswersLost: number
}

/** Nothing goes wrong. */
export const noFaults: Faults = {
  duplicates: 0,
  reorderWithin: 0,
  settleRequestsLost: 0,
  settleAnswersLost: 0,
  publishRequestsLost: 0,
  publishAnswersLost: 0
}

/** What happens to one request on its way. */
export type Passage = "arrives" | "request-lost" | "answer-lost"

/** Draws what happens to one request; draws nothing when nothing can happen, so that rates do not disturb others. */
export const passage = (random: () => number, requestsLost: number, answersLost: number): Passage => {
  if (requestsLost > 0 && random() < requestsLost) return "request-lost"
  if (answersLost > 0 && random() < answersLost) return "answer-lost"
  return "arrives"
}
