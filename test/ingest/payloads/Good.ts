/** Orders and payments as publishers send them, and where they differ from the usual one when decoded. */
import { order, orderText, orderWith, payment, paymentWith, without } from "./Messages.ts"

/** What it is, what is sent, and the fields that differ. */
export type Good = readonly [what: string, sent: string, differs: object]

/** Orders. */
export const goodOrders: ReadonlyArray<Good> = [
  ["Python's json.dumps", orderText.replaceAll(/([:,])"/g, '$1 "'), {}],
  ["Go's encoder, fields in alphabetical order", JSON.stringify(order, Object.keys(order).sort()), {}],
  ["an indented message", JSON.stringify(order, null, 2), {}],
  ["a message with a byte-order mark, from .NET", `\ufeff${orderText}`, {}],
  ["PHP's escaped slashes and characters", orderWith(`"item":"\\u00e9\\/\\ud83d\\ude00"`), { item: "é/😀" }],
  [
    "Jackson's ids as numbers beyond 2^53",
    orderWith(`"order_id":9007199254740993`),
    { order_id: 9007199254740993n }
  ],
  ["a snowflake id", orderWith(`"order_id":1234567890123456789`), { order_id: 1234567890123456789n }],
  ["the largest id", orderWith(`"order_id":9223372036854775807`), { order_id: 9223372036854775807n }],
  [
    "protobuf's JSON, int64 as text",
    orderWith(`"order_id":"1234567890123456789","quantity":"3"`),
    { order_id: 1234567890123456789n, quantity: 3n }
  ],
  [
    "pandas' whole floats",
    orderWith(`"order_id":8.0,"customer_id":43.0,"quantity":2.0`),
    { order_id: 8n, customer_id: 43n }
  ],
  [
    "a float of 19 digits that is whole",
    orderWith(`"customer_id":1234567890123456789.0`),
    { customer_id: 1234567890123456789n }
  ],
  ["exponents", orderWith(`"order_id":1e3,"customer_id":1.5E+2`), { order_id: 1000n, customer_id: 150n }],
  [
    "the largest number with an exponent",
    orderWith(`"order_id":9.223372036854775807e18`),
    { order_id: 9223372036854775807n }
  ],
  ["a guest's order, null", orderWith(`"customer_id":null`), { customer_id: null }],
  ["a guest's order, absent", without(order, "customer_id"), { customer_id: null }],
  ["the customer 0", orderWith(`"customer_id":0`), { customer_id: 0n }],
  ["the customer -0", orderWith(`"customer_id":-0`), { customer_id: 0n }],
  [
    "a negative customer",
    orderWith(`"customer_id":-9223372036854775808`),
    { customer_id: -9223372036854775808n }
  ],
  ["a download, address null", orderWith(`"shipping_address":null`), { shipping_address: null }],
  ["a download, address absent", without(order, "shipping_address"), { shipping_address: null }],
  ["an empty address", orderWith(`"shipping_address":""`), { shipping_address: "" }],
  [
    "a guest's download",
    without(order, "shipping_address", "customer_id"),
    { customer_id: null, shipping_address: null }
  ],
  ["a price of 17 digits", orderWith(`"price":0.30000000000000004`), { price: 0.1 + 0.2 }],
  ["a price rounded to a double", orderWith(`"price":9007199254740993`), { price: 9007199254740992 }],
  ["a free item", orderWith(`"price":0`), { price: 0 }],
  [
    "a card number in a text, an id of 16 digits",
    orderWith(`"item":"4111111111111111","order_id":4111111111111111`),
    { item: "4111111111111111", order_id: 4111111111111111n }
  ],
  [
    "numbers within a text",
    orderWith(`"item":"{\\"order_id\\": 9007199254740991.4}"`),
    { item: '{"order_id": 9007199254740991.4}' }
  ],
  ["more fields than asked for", orderWith(`"tags":[1234567890123456789.5],"meta":{"order_id":1.5}`), {}],
  [
    "a date of another kind",
    orderWith(`"creation_date":"21/01/2024 1e5"`),
    { creation_date: "21/01/2024 1e5" }
  ],
  ["a repeated key", orderWith(`"quantity":1.5,"quantity":4`), { quantity: 4n }]
]

/** Payments. */
export const goodPayments: ReadonlyArray<Good> = [
  [
    "the original producer's impossible time",
    paymentWith(`"payment_datetime":"2024-01-21T500:01:30Z"`),
    { payment_datetime: "2024-01-21T500:01:30Z" }
  ],
  ["cash, null", paymentWith(`"card_last_four":null`), { card_last_four: null }],
  ["cash, absent", without(payment, "card_last_four"), { card_last_four: null }],
  ["cash, empty text", paymentWith(`"card_last_four":""`), { card_last_four: null }],
  ["a card that begins with zeros", paymentWith(`"card_last_four":"0007"`), { card_last_four: "0007" }],
  [
    "large ids",
    paymentWith(`"payment_id":9007199254740993,"order_id":"9223372036854775807"`),
    { payment_id: 9007199254740993n, order_id: 9223372036854775807n }
  ],
  ["whole floats", paymentWith(`"payment_id":1008.0,"order_id":1e1`), { payment_id: 1008n, order_id: 10n }],
  ["an empty method", paymentWith(`"payment_method":""`), { payment_method: "" }]
]
