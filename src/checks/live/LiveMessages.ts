/** The messages of a proof, and the rows that they have to become. */
import { Result } from "effect"
import { decodeOrder, decodePayment } from "../../domain/Decoder.ts"
import { type Fact, factColumns } from "../../domain/Fact.ts"
import type { Order } from "../../domain/Order.ts"
import type { Message } from "../../pubsub/Message.ts"
import { messageOf, orderFields, paymentFields } from "../../sample/Original.ts"
import { seededRandom } from "../../sample/SeededRandom.ts"

/** An order and its payment. */
export interface LivePair {
  readonly orderId: bigint
  readonly paymentId: bigint
  readonly order: Message
  readonly decodedOrder: Order
  readonly payment: Message
  /** What the row has to hold once both are stored. */
  readonly row: Fact
}

/** The pair of an order id. **Errors**: a message of our own that cannot be read is a defect. */
export const livePair = (orderId: number): LivePair => {
  const order = messageOf(orderFields(orderId, seededRandom(1, orderId)))
  const payment = messageOf(paymentFields(orderId, seededRandom(2, orderId)))
  const decodedOrder = Result.getOrThrow(decodeOrder(order.data))
  const decodedPayment = Result.getOrThrow(decodePayment(payment.data))
  return {
    orderId: decodedOrder.order_id,
    paymentId: decodedPayment.payment_id,
    order,
    decodedOrder,
    payment,
    row: { ...decodedOrder, ...decodedPayment }
  }
}

/** A message that is no text, whatever it is read as: every byte there is, and attributes with more than letters. */
export const unreadableMessage = (run: string): Message => ({
  data: Uint8Array.from([0xff, ...Array.from({ length: 256 }, (_, byte) => byte)]),
  attributes: { "live-run": run, "live-text": 'Ünïcödé "quoted", 値', "live=key/1": "1" },
  orderingKey: ""
})

/** How a row differs from what it has to be, by columns; empty where it does not. Names no value. */
export const differences = (expected: Fact, row: Fact | undefined): string => {
  if (row === undefined) return "there is no row"
  const different = factColumns.filter((column) => expected[column] !== row[column])
  return different.length === 0 ? "" : `the row differs in ${different.join(", ")}`
}
