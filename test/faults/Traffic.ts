/** The messages a scenario publishes, and what each of them means; made without any of Counterfoil's own code. */
import { SeededRandom } from "../support/SeededRandom.ts"

/** The subscriptions' two kinds. */
export type StreamName = "orders" | "payments"

/** Cells of a row by column, as the table gives them back: bigint columns as decimal text. */
export type Cells = Readonly<Record<string, string | number>>

/** What a message says. */
export type Meaning =
  | { readonly _tag: "Order"; readonly orderId: string; readonly cells: Cells }
  | { readonly _tag: "Payment"; readonly orderId: string; readonly cells: Cells }
  | { readonly _tag: "Poison"; readonly reason: "undecodable" | "schema-violation" | "store-rejected" }

/** A message that is to be published. */
export interface Planned {
  readonly stream: StreamName
  readonly data: Buffer
  readonly attributes: Readonly<Record<string, string>>
  readonly meaning: Meaning
}

/** What traffic to make. Shares are of the orders, from 0 to 1. */
export interface TrafficOptions {
  /** About as many messages in all. */
  readonly messages: number
  readonly seed: number
  /** Of the payments, published before their order. */
  readonly early?: number
  /** Messages published twice. */
  readonly duplicates?: number
  /** Orders and payments that a later one replaces. */
  readonly superseding?: number
  /** Messages that cannot be read, of each stream. */
  readonly poison?: { readonly orders: number; readonly payments: number }
  /** Payments whose order never comes. */
  readonly unmatched?: number
  readonly firstId?: number
}

/**
 * Traffic of every sort, in the order in which to publish it.
 *
 * **Guarantee**: depends on the options alone. A payment is published at most some hundred messages from its order.
 */
export const traffic = (options: TrafficOptions): ReadonlyArray<Planned> => {
  const random = new SeededRandom(options.seed)
  const share = { ...usualShares, ...options }
  const { orders: poisonOrders, payments: poisonPayments } = share.poison
  const each =
    2 + share.unmatched + 2 * (share.duplicates + share.superseding) + poisonOrders + poisonPayments
  const pairs = Math.max(1, Math.round(options.messages / each))
  const firstId = options.firstId ?? 1
  const placed: Array<readonly [place: number, message: Planned]> = []
  const put = (place: number, message: Planned): void => {
    placed.push([place, message])
    if (random.chance(share.duplicates)) placed.push([place + random.between(1, 200), message])
  }
  for (let index = 0; index < pairs; index++) {
    const orderId = firstId + index
    put(index, order(orderId, "Pending", random))
    const isEarly = random.chance(share.early)
    put(index + (isEarly ? -random.between(1, 400) : random.between(1, 100)), payment(orderId, 1, random))
    if (random.chance(share.superseding))
      put(index + random.between(150, 300), order(orderId, "Shipped", random))
    if (random.chance(share.superseding)) put(index + random.between(150, 300), payment(orderId, 2, random))
    if (random.chance(share.unmatched)) put(index, payment(orderId + neverOrdered, 1, random))
    if (random.chance(poisonOrders)) placed.push([index, poison("orders", random)])
    if (random.chance(poisonPayments)) placed.push([index, poison("payments", random)])
  }
  return placed.sort(([one], [other]) => one - other).map(([, message]) => message)
}

/** An order message. */
export const order = (
  orderId: number,
  status: string,
  random: SeededRandom,
  address = "1 Main Street"
): Planned => {
  const cells = {
    customer_id: String(random.between(1, 999)),
    item: random.oneOf(["Book", "Laptop", "Télévision 📺", 'a "quoted" thing']),
    quantity: String(random.between(1, 9)),
    price: random.between(1, 100_000) / 100,
    shipping_address: address,
    order_status: status,
    creation_date: `2024-01-${random.between(10, 28)}`
  }
  return message(
    "orders",
    { _tag: "Order", orderId: String(orderId), cells },
    {
      ...cells,
      order_id: orderId,
      customer_id: Number(cells.customer_id),
      quantity: Number(cells.quantity)
    }
  )
}

/** The `nth` payment for an order. */
export const payment = (orderId: number, nth: number, random: SeededRandom): Planned => {
  const cells = {
    payment_id: String(orderId * paymentsPerOrder + nth),
    payment_method: random.oneOf(["Credit Card", "PayPal", "Überweisung"]),
    card_last_four: String(random.between(0, 9_999)).padStart(4, "0"),
    payment_status: random.oneOf(["Completed", "Pending"]),
    payment_datetime: `2024-01-21T01:01:${random.between(10, 75)}Z`
  }
  return message(
    "payments",
    { _tag: "Payment", orderId: String(orderId), cells },
    {
      ...cells,
      order_id: orderId,
      payment_id: cells.payment_id
    }
  )
}

/** The same payment for another order. */
export const paymentFor = (orderId: number, { meaning }: Planned): Planned => {
  const cells = meaning._tag === "Payment" ? meaning.cells : {}
  return message(
    "payments",
    { _tag: "Payment", orderId: String(orderId), cells },
    { ...cells, order_id: orderId }
  )
}

/** A message of the stream that cannot be read. */
export const poison = (stream: StreamName, random: SeededRandom): Planned => {
  const [reason, data] = random.oneOf(poisons)
  return { stream, data, attributes: { kind: "poison" }, meaning: { _tag: "Poison", reason } }
}

/** How a message is named here: ids may repeat between topics. */
export const keyOf = (stream: StreamName, messageId: string): string => `${stream}:${messageId}`

/** A message that can be read, and that Cassandra is made to refuse for itself: as poisonous as one that cannot. */
export const rejected = ({ stream, data, attributes }: Planned): Planned => ({
  stream,
  data,
  attributes,
  meaning: { _tag: "Poison", reason: "store-rejected" }
})

/** Added to the ids of payments whose order never comes. */
export const neverOrdered = 1_000_000_000

const usualShares = {
  early: 0.1,
  duplicates: 0.02,
  superseding: 0.03,
  poison: { orders: 0.01, payments: 0.01 },
  unmatched: 0.02
}

const paymentsPerOrder = 100_000

const poisons: ReadonlyArray<readonly ["undecodable" | "schema-violation", Buffer]> = [
  ["undecodable", Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x22])],
  ["undecodable", Buffer.from('{"order_id": 1, "customer_id"')],
  ["undecodable", Buffer.from("order_id=1")],
  ["schema-violation", Buffer.from("null")],
  ["schema-violation", Buffer.from('{"order_id": 1.5, "payment_id": 3}')],
  ["schema-violation", Buffer.from("[".repeat(2_000) + "]".repeat(2_000))],
  ["schema-violation", Buffer.from("{}")]
]

const message = (
  stream: StreamName,
  meaning: Meaning,
  fields: Readonly<Record<string, unknown>>
): Planned => ({
  stream,
  data: Buffer.from(JSON.stringify(fields)),
  attributes: { source: "faults" },
  meaning
})
