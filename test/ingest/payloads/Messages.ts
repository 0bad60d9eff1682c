/** Messages that payloads are made of. */

/** An order as its publisher holds it. */
export const order = {
  order_id: 7,
  customer_id: 42,
  item: "Laptop",
  quantity: 2,
  price: 1299.5,
  shipping_address: "1 Main Street",
  order_status: "Shipped",
  creation_date: "2024-01-21"
}

/** Its payment. */
export const payment = {
  payment_id: 1007,
  order_id: 7,
  payment_method: "Credit Card",
  card_last_four: "4242",
  payment_status: "Completed",
  payment_datetime: "2024-01-21T07:01:30Z"
}

/** The text of a message with these members after its own: of a repeated key the last counts. */
const withMembers = (message: object, members: string): string =>
  `${JSON.stringify(message).slice(0, -1)},${members}}`
/** The order with these members after its own. */
export const orderWith = (members: string): string => withMembers(order, members)
/** The payment with these members after its own. */
export const paymentWith = (members: string): string => withMembers(payment, members)
/** The message without these fields. */
export const without = (message: object, ...fields: ReadonlyArray<string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(message).filter(([field]) => !fields.includes(field))))

/** The order as JSON. */
export const orderText = JSON.stringify(order)
/** The payment as JSON. */
export const paymentText = JSON.stringify(payment)
/** A text as base64. */
export const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** The order as it is stored. */
export const decodedOrder = { ...order, order_id: 7n, customer_id: 42n, quantity: 2n }
/** The payment as it is stored. */
export const decodedPayment = { ...payment, payment_id: 1007n, order_id: 7n }
