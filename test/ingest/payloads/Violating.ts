/** JSON that is no order, or no payment: which path is named, and the whole error. */
import { base64, order, orderText, orderWith, paymentText, paymentWith, without } from "./Messages.ts"

/** What it is, what is sent, the first wrong field, and the error. */
export type Violating = readonly [what: string, sent: string, path: string, error: string]

const int64 = "Expected an integer within int64, as a number or as decimal text"
const positive = "Expected an integer of at least 1"
const noOrder =
  "order_id: Missing key; item: Missing key; quantity: Missing key; price: Missing key; and 2 more"
const noPayment =
  "payment_id: Missing key; order_id: Missing key; payment_method: Missing key; payment_status: Missing key; and 1 more"
const push = "(looks like a Pub/Sub push envelope: publish what is in message.data, decoded from base64)"
const change = "(looks like change data capture (Debezium): publish the row that is in after)"
const cloudEvent = "(looks like a CloudEvents envelope: publish what is in data)"
const encodedTwice = "(looks like JSON text encoded twice: publish the object itself)"
const encoded = "(looks like base64 of JSON: publish the JSON itself)"
const array = "message: Expected object (it is an array: publish each element as a message of its own)"
/** No orders. */
export const violatingOrders: ReadonlyArray<Violating> = [
  [
    "an id with a fraction that a double loses",
    orderWith(`"order_id":9007199254740991.4`),
    "order_id",
    `order_id: ${int64}`
  ],
  ["an id just above 1", orderWith(`"order_id":1.00000000000000001`), "order_id", `order_id: ${int64}`],
  [
    "a quantity just below 3",
    orderWith(`"quantity":2.9999999999999999999`),
    "quantity",
    `quantity: ${int64}`
  ],
  [
    "a customer too small for a double",
    orderWith(`"customer_id":1e-400`),
    "customer_id",
    `customer_id: ${int64}`
  ],
  ["an id of 2^63", orderWith(`"order_id":9223372036854775808`), "order_id", `order_id: ${int64}`],
  [
    "an id of 2^63 with an exponent",
    orderWith(`"order_id":9.223372036854775808e18`),
    "order_id",
    `order_id: ${int64}`
  ],
  ["an id of 20 digits", orderWith(`"order_id":12345678901234567890`), "order_id", `order_id: ${int64}`],
  ["an id with an exponent as text", orderWith(`"order_id":"1e3"`), "order_id", `order_id: ${int64}`],
  ["an id with a leading zero", orderWith(`"order_id":"007"`), "order_id", `order_id: ${int64}`],
  ["an id with a plus", orderWith(`"order_id":"+7"`), "order_id", `order_id: ${int64}`],
  ["an empty id", orderWith(`"order_id":""`), "order_id", `order_id: ${int64}`],
  [
    "a UUID for an id",
    orderWith(`"order_id":"7b1e4b0e-0000-4000-8000-000000000000"`),
    "order_id",
    `order_id: ${int64}`
  ],
  ["MongoDB's extended JSON", orderWith(`"order_id":{"$numberLong":"7"}`), "order_id", `order_id: ${int64}`],
  ["an id of 0", orderWith(`"order_id":0`), "order_id", `order_id: ${positive}`],
  ["a negative large id", orderWith(`"order_id":-1234567890123456789`), "order_id", `order_id: ${positive}`],
  ["half an item", orderWith(`"quantity":0.5`), "quantity", `quantity: ${int64}`],
  ["no item at all", orderWith(`"quantity":0`), "quantity", `quantity: ${positive}`],
  ["a customer of another type", orderWith(`"customer_id":"guest"`), "customer_id", `customer_id: ${int64}`],
  ["an empty customer", orderWith(`"customer_id":""`), "customer_id", `customer_id: ${int64}`],
  [
    "an address as an object",
    orderWith(`"shipping_address":{"city":"A"}`),
    "shipping_address",
    "shipping_address: Expected string | null"
  ],
  ["a price as text", orderWith(`"price":"12.50"`), "price", "price: Expected number"],
  ["an infinite price", orderWith(`"price":1e999`), "price", "price: Expected a finite number"],
  ["a negative price", orderWith(`"price":-1`), "price", "price: Expected a number of at least 0"],
  ["a null item", orderWith(`"item":null`), "item", "item: Expected string"],
  ["no item field", without(order, "item"), "item", "item: Missing key"],
  ["a lone surrogate", orderWith(`"item":"\\ud800"`), "item", "item: Expected well-formed Unicode text"],
  [
    "an id in milliseconds as a date",
    orderWith(`"creation_date":1705795200000`),
    "creation_date",
    "creation_date: Expected string"
  ],
  ["names in camel case", `{"orderId":7,"customerId":42}`, "order_id", noOrder],
  [
    "two wrong fields",
    orderWith(`"order_id":1.5,"price":null`),
    "order_id",
    `order_id: ${int64}; price: Expected number`
  ],
  [
    "a payment in the orders' topic",
    paymentText,
    "item",
    "item: Missing key; quantity: Missing key; price: Missing key; order_status: Missing key; and 1 more"
  ],
  ["null", "null", "message", "message: Expected object"],
  ["a number", "17", "message", "message: Expected object"],
  ["text", `"hello"`, "message", `message: Expected object ${encodedTwice}`],
  ["JSON encoded twice", JSON.stringify(orderText), "message", `message: Expected object ${encodedTwice}`],
  ["base64 in quotes", JSON.stringify(base64(orderText)), "message", `message: Expected object ${encoded}`],
  ["an array of orders", `[${orderText},${orderText}]`, "message", array],
  [
    "a push envelope",
    JSON.stringify({
      message: { data: base64(orderText), messageId: "1" },
      subscription: "projects/p/subscriptions/s"
    }),
    "order_id",
    `${noOrder} ${push}`
  ],
  [
    "a push envelope without data",
    JSON.stringify({ message: { attributes: {} }, subscription: "s" }),
    "order_id",
    `${noOrder} ${push}`
  ],
  [
    "Debezium with its schema",
    JSON.stringify({ schema: {}, payload: { before: null, after: order, op: "c" } }),
    "order_id",
    `${noOrder} ${change}`
  ],
  [
    "Debezium without its schema",
    JSON.stringify({ before: order, after: null, op: "d", ts_ms: 1 }),
    "order_id",
    `${noOrder} ${change}`
  ],
  [
    "a structured CloudEvent",
    JSON.stringify({ specversion: "1.0", type: "order", data: order }),
    "order_id",
    `${noOrder} ${cloudEvent}`
  ],
  [
    "an order with a field called message",
    orderWith(`"price":"1","message":{"data":1},"specversion":"1.0"`),
    "price",
    "price: Expected number"
  ]
]

/** No payments. */
export const violatingPayments: ReadonlyArray<Violating> = [
  [
    "three digits of a card",
    paymentWith(`"card_last_four":"123"`),
    "card_last_four",
    "card_last_four: Expected four digits"
  ],
  [
    "a masked card",
    paymentWith(`"card_last_four":"**** 4242"`),
    "card_last_four",
    "card_last_four: Expected four digits"
  ],
  [
    "a blank card",
    paymentWith(`"card_last_four":" "`),
    "card_last_four",
    "card_last_four: Expected four digits"
  ],
  [
    "a card as a number",
    paymentWith(`"card_last_four":4242`),
    "card_last_four",
    "card_last_four: Expected string | null"
  ],
  ["a payment without its order", paymentWith(`"order_id":null`), "order_id", `order_id: ${int64}`],
  [
    "an order id just above 1",
    paymentWith(`"order_id":1.00000000000000001`),
    "order_id",
    `order_id: ${int64}`
  ],
  [
    "an order in the payments' topic",
    orderText,
    "payment_id",
    "payment_id: Missing key; payment_method: Missing key; payment_status: Missing key; payment_datetime: Missing key"
  ],
  [
    "a push envelope",
    JSON.stringify({ message: { data: base64(paymentText) } }),
    "payment_id",
    `${noPayment} ${push}`
  ]
]
