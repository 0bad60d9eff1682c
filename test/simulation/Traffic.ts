/** The messages of a simulation: orders, payments early and late, ties, payments without an order, and poison. */
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import type { Message } from "../../src/pubsub/Message.ts"
import { paymentWrite } from "../support/Expectation.ts"
import { bytesOf, messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import type { SeededRandom } from "../support/SeededRandom.ts"
import { ordersTopic, paymentsTopic } from "../support/World.ts"
import type { ForeignRow } from "./ForeignRows.ts"

/** Messages published together, so within one millisecond. */
export interface Publication {
  /** **Units**: ms from the begin. */
  readonly at: number
  readonly topic: typeof ordersTopic | typeof paymentsTopic
  readonly messages: ReadonlyArray<Message>
}

/** The attribute that tells the ledger what a message is; the processor knows nothing of it. */
export const kindAttribute = "simulated-as"

/** What a message is. A `refused-payment` is one whose row the table refuses; it is never written. */
export type Kind =
  | "order"
  | "payment"
  | "refused-payment"
  | "undecodable"
  | "schema-violation"
  | "store-rejected"

/** A text that the table refuses in any row, as a server-side limit does that no client knows. */
export const refusedText = "refused by the table"

/** Rows larger than this are rejected. **Units**: bytes. */
export const maxRowBytes = 1_000

/** Draws the publications of the first `millis`. */
export const drawTraffic = (
  random: SeededRandom,
  millis: number,
  foreign: ReadonlyArray<ForeignRow>
): ReadonlyArray<Publication> => {
  const publications: Array<Publication> = []
  const orderCount = random.between(5, 40)
  for (let id = 1; id <= orderCount; id++) publications.push(...drawOrder(random, BigInt(id), millis))
  for (const { orderId } of foreign) publications.push(...drawForeign(random, orderId, millis))
  for (let count = random.between(0, 6); count > 0; count--) {
    const payment = paymentOf(BigInt(10_000 + count))
    publications.push({
      at: random.between(0, millis),
      topic: paymentsTopic,
      messages: [as("payment", payment)]
    })
  }
  for (let count = random.between(0, 6); count > 0; count--) publications.push(drawPoison(random, millis))
  return publications.sort((left, right) => left.at - right.at)
}

/** One order with its revisions and its payments, each about the same time. */
const drawOrder = (random: SeededRandom, id: bigint, millis: number): ReadonlyArray<Publication> => {
  const publications: Array<Publication> = []
  const about = random.between(0, millis)
  const near = () => Math.max(0, about + random.between(-2_000, 4_000))
  for (let revision = 0; revision < random.oneOf([1, 1, 1, 2, 3]); revision++) {
    const order = orderOf(id, { item: `item ${revision}`, price: random.between(0, 1_000) / 4 })
    publications.push({ at: near(), topic: ordersTopic, messages: [as("order", order)] })
  }
  for (let count = random.oneOf([0, 1, 1, 1, 2, 3]); count > 0; count--) {
    const payments = random.chance(0.35) ? drawTie(random, id) : [drawPayment(random, id)]
    const messages = payments.map((payment) => as("payment", payment))
    publications.push({ at: near(), topic: paymentsTopic, messages })
  }
  if (random.chance(0.03)) {
    const refused = paymentOf(id, { payment_method: refusedText })
    publications.push({ at: near(), topic: paymentsTopic, messages: [as("refused-payment", refused)] })
  }
  return publications
}

/** Payments for a row of the scripts, and now and then an order message for it. */
const drawForeign = (random: SeededRandom, id: bigint, millis: number): ReadonlyArray<Publication> => {
  const publications: Array<Publication> = []
  for (let count = random.between(1, 2); count > 0; count--) {
    const messages = [as("payment", drawPayment(random, id))]
    publications.push({ at: random.between(0, millis), topic: paymentsTopic, messages })
  }
  if (random.chance(0.3)) {
    publications.push({
      at: random.between(0, millis),
      topic: ordersTopic,
      messages: [as("order", orderOf(id))]
    })
  }
  return publications
}

/** A payment for an order. */
export const drawPayment = (random: SeededRandom, id: bigint): Payment =>
  paymentOf(id, {
    payment_id: BigInt(random.between(1, 1_000_000)),
    payment_status: random.oneOf(statuses),
    payment_method: random.oneOf(["Card", "Transfer"])
  })

/** Two or three payments for one order with one version: published together, and equal in their hash. */
export const drawTie = (random: SeededRandom, id: bigint): ReadonlyArray<Payment> => {
  return random
    .oneOf(ties)
    .slice(0, random.between(2, 3))
    .map(({ order_id: _, ...columns }) => paymentOf(id, columns))
}

const findTies = (): ReadonlyArray<ReadonlyArray<Payment>> => {
  const payments = Array.from({ length: 3_000 }, (_, index) =>
    paymentOf(1n, {
      payment_id: BigInt(index + 1),
      // The greater by one column is the lesser by others, so that mixed cells show.
      payment_method: `Method ${5_000 - index}`,
      payment_status: statuses[index % 3] ?? ""
    })
  )
  return [...Map.groupBy(payments, hashOf).values()]
}

const hashOf = (payment: Payment): bigint =>
  paymentWrite({ data: messageOf(payment).data, publishTimeMicros: 0 }).version

const statuses = ["Pending", "Completed", "Failed"] as const

/** Payments by their hash; the hash does not depend on the order. */
const ties = findTies()

/** A message that can never be stored. */
export const drawPoison = (random: SeededRandom, millis: number): Publication => {
  const topic: Publication["topic"] = random.chance(0.5) ? ordersTopic : paymentsTopic
  const kind = random.oneOf(["undecodable", "schema-violation", "store-rejected"])
  const at = random.between(0, millis)
  if (kind === "store-rejected") {
    const id = BigInt(20_000 + random.between(1, 1_000))
    const huge = "x".repeat(2 * maxRowBytes)
    return topic === paymentsTopic
      ? { at, topic, messages: [as(kind, paymentOf(id, { payment_method: huge }))] }
      : { at, topic, messages: [as(kind, orderOf(id, { item: random.oneOf([huge, refusedText]) }))] }
  }
  const data =
    kind === "undecodable"
      ? random.oneOf([Uint8Array.of(0xff, 0xfe), bytesOf("{"), bytesOf("plain text")])
      : random.oneOf([bytesOf("[]"), bytesOf('{"order_id":0}'), bytesOf('{"order_id":1.5}')])
  return { at, topic, messages: [{ data, attributes: { [kindAttribute]: kind }, orderingKey: "" }] }
}

/** The message of an order or a payment, marked as what it is. */
export const as = (kind: Kind, value: Order | Payment): Message => messageOf(value, { [kindAttribute]: kind })
