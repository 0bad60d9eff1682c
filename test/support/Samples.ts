/** Small orders, payments and works for tests; every field has a value, and any may be overridden. */
import { Result } from "effect"
import { type Order, OrderId } from "../../src/domain/Order.ts"
import { type Payment, PaymentId } from "../../src/domain/Payment.ts"
import type { Work } from "../../src/ingest/Work.ts"
import type { Delivery, Message } from "../../src/pubsub/Message.ts"
import { deliveredBytes } from "../../src/pubsub/MessageLimits.ts"

/** An order of this id. */
export const orderOf = (orderId: bigint, fields: Partial<Omit<Order, "order_id">> = {}): Order => ({
  order_id: OrderId.make(orderId),
  customer_id: 42n,
  item: "Laptop",
  quantity: 2n,
  price: 1299.5,
  shipping_address: "1 Main Street",
  order_status: "Shipped",
  creation_date: "2024-01-21",
  ...fields
})

/** A payment for the order of this id. */
export const paymentOf = (
  orderId: bigint,
  fields: Partial<Omit<Payment, "order_id" | "payment_id">> & { readonly payment_id?: bigint } = {}
): Payment => ({
  payment_method: "Credit Card",
  card_last_four: "4242",
  payment_status: "Completed",
  payment_datetime: "2024-01-21T01:01:30Z",
  ...fields,
  order_id: OrderId.make(orderId),
  payment_id: PaymentId.make(fields.payment_id ?? orderId + 1_000n)
})

/** The message a producer sends for an order or a payment. */
export const messageOf = (value: Order | Payment, attributes: Message["attributes"] = {}): Message => ({
  data: bytesOf(JSON.stringify(value, (_, field) => (typeof field === "bigint" ? field.toString() : field))),
  attributes,
  orderingKey: ""
})

/** UTF-8 of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A delivery as the server would hand it over. */
export const deliveryOf = (
  messageId: string,
  fields: Partial<Omit<Delivery, "bytes" | "messageId">> = {}
): Delivery => {
  const delivery = {
    data: bytesOf("{}"),
    attributes: {},
    orderingKey: "",
    ackId: `ack-${messageId}`,
    messageId,
    publishTimeMicros: 1_700_000_000_000_000,
    deliveryAttempt: 1,
    ...fields
  }
  return { ...delivery, bytes: deliveredBytes(delivery, messageId, delivery.ackId) }
}

/** A decoded payment on its way. */
export const paymentWork = (
  payment: Payment,
  delivery: Parameters<typeof deliveryOf>[1] = {}
): Work<Payment> => ({
  delivery: deliveryOf(`payment-${payment.payment_id}`, { ...messageOf(payment), ...delivery }),
  decoded: Result.succeed(payment),
  receivedAtMillis: 0
})
