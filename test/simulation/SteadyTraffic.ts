/** Traffic of minutes: pairs of an order and its payment, either of which may come first, by nearly the grace or more. */
import { orderOf, paymentOf } from "../support/Samples.ts"
import type { SeededRandom } from "../support/SeededRandom.ts"
import { ordersTopic, paymentsTopic } from "../support/World.ts"
import { as, drawPayment, drawPoison, drawTie, type Publication } from "./Traffic.ts"

/** Draws the publications of the first `millis`, some of which come later; `graceMillis`: how long payments wait. */
export const drawSteadyTraffic = (
  random: SeededRandom,
  millis: number,
  graceMillis: number
): ReadonlyArray<Publication> => {
  const publications: Array<Publication> = []
  // Between orders the streams are quiet for longer than it takes to count as caught up, or never.
  const everyMillis = random.oneOf([1_000, 2_000, 5_000])
  const pairs = Math.min(mostPairs, Math.floor(millis / everyMillis))
  for (let id = 1; id <= pairs; id++) {
    const at = Math.floor((millis * id) / pairs)
    publications.push(...drawPair(random, BigInt(id), at, graceMillis))
  }
  for (let count = random.between(0, 3); count > 0; count--) publications.push(drawPoison(random, millis))
  return publications
}

const mostPairs = 60

const drawPair = (
  random: SeededRandom,
  id: bigint,
  at: number,
  graceMillis: number
): ReadonlyArray<Publication> => {
  const order = (when: number): Publication => ({
    at: Math.floor(when),
    topic: ordersTopic,
    messages: [as("order", orderOf(id, { price: random.between(0, 1_000) / 4 }))]
  })
  const payment = (when: number): Publication => ({
    at: Math.floor(when),
    topic: paymentsTopic,
    messages: (random.chance(0.1) ? drawTie(random, id) : [drawPayment(random, id)]).map((one) =>
      as("payment", one)
    )
  })
  switch (random.oneOf(pairKinds)) {
    case "early payment":
      return [payment(at), order(at + random.oneOf([0.1, 0.5, 0.85, 0.97, 0.99]) * graceMillis)]
    case "usual":
      return [order(at), payment(at + random.between(0, 2_000))]
    case "late order":
      return [payment(at), order(at + random.oneOf([1.1, 1.5, 2]) * graceMillis)]
    case "no order":
      return [{ at, topic: paymentsTopic, messages: [as("payment", paymentOf(id))] }]
    case "no payment":
      return [order(at)]
    case "two payments":
      return [payment(at), order(at + 0.5 * graceMillis), payment(at + random.between(0, 3_000))]
  }
}

const pairKinds = [
  "early payment",
  "early payment",
  "early payment",
  "early payment",
  "usual",
  "usual",
  "late order",
  "no order",
  "no payment",
  "two payments"
] as const
