/** The messages of a simulation: orders, payments early and late, ties, payments without an order, and poison. */
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { versionOfPayment } from "../../src/domain/Version.ts"
import type { Message } from "../../src/pubsub/Message.ts"
import { bytesOf, messageOf, orderOf, paymentOf } from "../support/Samples.ts"
import { ordersTopic, paymentsTopic } from "../support/World.ts"
import type { Dice } from "./Dice.ts"

/** Messages published together, so within one millisecond. */
export interface Publication {
  /** **Units**: ms from the begin. */
  readonly at: number
  readonly topic: typeof ordersTopic | typeof paymentsTopic
  readonly messages: ReadonlyArray<Message>
}

/** The attribute that tells the ledger what a message is; the processor knows nothing of it. */
export const kindAttribute = "simulated-as"

/** What a message is. */
export type Kind = "order" | "payment" | "undecodable" | "schema-violation" | "store-rejected"

/** Rows larger than this are rejected. **Units**: bytes. */
export const maxRowBytes = 1_000

/** Draws the publications of the first `millis`. */
export const drawTraffic = (dice: Dice, millis: number): ReadonlyArray<Publication> => {
  const publications: Array<Publication> = []
  const orderCount = dice.int(5, 40)
  for (let id = 1; id <= orderCount; id++) publications.push(...drawOrder(dice, BigInt(id), millis))
  for (let count = dice.int(0, 6); count > 0; count--) {
    const payment = paymentOf(BigInt(10_000 + count))
    publications.push({ at: dice.int(0, millis), topic: paymentsTopic, messages: [as("payment", payment)] })
  }
  for (let count = dice.int(0, 6); count > 0; count--) publications.push(drawPoison(dice, millis))
  return publications.sort((left, right) => left.at - right.at)
}

/** One order with its revisions and its payments, each about the same time. */
const drawOrder = (dice: Dice, id: bigint, millis: number): ReadonlyArray<Publication> => {
  const publications: Array<Publication> = []
  const about = dice.int(0, millis)
  const near = () => Math.max(0, about + dice.int(-2_000, 4_000))
  for (let revision = 0; revision < dice.pick([1, 1, 1, 2, 3]); revision++) {
    const order = orderOf(id, { item: `item ${revision}`, price: dice.int(0, 1_000) / 4 })
    publications.push({ at: near(), topic: ordersTopic, messages: [as("order", order)] })
  }
  for (let count = dice.pick([0, 1, 1, 1, 2, 3]); count > 0; count--) {
    const payments = dice.chance(0.35) ? drawTie(dice, id) : [drawPayment(dice, id)]
    const messages = payments.map((payment) => as("payment", payment))
    publications.push({ at: near(), topic: paymentsTopic, messages })
  }
  return publications
}

const drawPayment = (dice: Dice, id: bigint): Payment =>
  paymentOf(id, {
    payment_id: BigInt(dice.int(1, 1_000_000)),
    payment_status: dice.pick(statuses),
    payment_method: dice.pick(["Card", "Transfer"])
  })

/** Two or three payments for one order with one version: published together, and equal in their hash. */
const drawTie = (dice: Dice, id: bigint): ReadonlyArray<Payment> => {
  return dice
    .pick(ties)
    .slice(0, dice.int(2, 3))
    .map(({ order_id: _, ...columns }) => paymentOf(id, columns))
}

const findTies = (): readonly [ReadonlyArray<Payment>, ...Array<ReadonlyArray<Payment>>] => {
  const payments = Array.from({ length: 3_000 }, (_, index) =>
    paymentOf(1n, {
      payment_id: BigInt(index + 1),
      // The greater by one column is the lesser by others, so that mixed cells show.
      payment_method: `Method ${5_000 - index}`,
      payment_status: statuses[index % 3] ?? ""
    })
  )
  const [first, ...others] = Map.groupBy(payments, (payment) => versionOfPayment(payment, 0)).values()
  return [first ?? [], ...others]
}

const statuses = ["Pending", "Completed", "Failed"] as const

/** Payments by their hash; the hash does not depend on the order. */
const ties = findTies()

const drawPoison = (dice: Dice, millis: number): Publication => {
  const topic: Publication["topic"] = dice.chance(0.5) ? ordersTopic : paymentsTopic
  const kind = dice.pick(["undecodable", "schema-violation", "store-rejected"])
  const at = dice.int(0, millis)
  if (kind === "store-rejected") {
    const huge = orderOf(BigInt(20_000 + dice.int(1, 1_000)), { item: "x".repeat(2 * maxRowBytes) })
    return { at, topic: ordersTopic, messages: [as(kind, huge)] }
  }
  const data =
    kind === "undecodable"
      ? dice.pick([Uint8Array.of(0xff, 0xfe), bytesOf("{"), bytesOf("plain text")])
      : dice.pick([bytesOf("[]"), bytesOf('{"order_id":0}'), bytesOf('{"order_id":1.5}')])
  return { at, topic, messages: [{ data, attributes: { [kindAttribute]: kind }, orderingKey: "" }] }
}

const as = (kind: Kind, value: Order | Payment): Message => messageOf(value, { [kindAttribute]: kind })
