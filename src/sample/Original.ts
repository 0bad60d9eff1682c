/** The messages of the Python producers that Counterfoil is a drop-in replacement for, byte by byte. */
import type { Message } from "../pubsub/Message.ts"
import { intBetween, oneOf, type SeededRandom, seededRandom } from "./SeededRandom.ts"

/** Orders in one cycle of the original producer; after it the ids start again. */
export const originalOrderIds = 80

/** Payments the original producer sends before it ends. */
export const originalPaymentIds = 500

/** A message's fields as JSON texts, in the order in which the original sends them. */
export type Fields = ReadonlyArray<readonly [name: string, json: string]>

/** The `count` first messages of the original's order producer. Ids go from 1 to 80 and start again. */
export const originalOrders = (count: number, seed: number): ReadonlyArray<Message> =>
  Array.from({ length: count }, (_, position) =>
    messageOf(orderFields((position % originalOrderIds) + 1, seededRandom(seed, 1, position)))
  )

/** The 500 messages of the original's payment producer. Ids go from 1 to 500; 420 of them have no order. */
export const originalPayments = (seed: number): ReadonlyArray<Message> =>
  Array.from({ length: originalPaymentIds }, (_, position) =>
    messageOf(paymentFields(position + 1, seededRandom(seed, 2, position)))
  )

/** An order as the original makes it: everything but the id is random or constant. */
export const orderFields = (orderId: number, random: SeededRandom): Fields => [
  ["order_id", String(orderId)],
  ["customer_id", String(intBetween(random, 100, 1000))],
  ["item", text(oneOf(random, ["Laptop", "Phone", "Book", "Tablet", "Monitor"]))],
  ["quantity", String(intBetween(random, 1, 10))],
  ["price", float(100 + 1400 * (random() + random() / 2 ** 32))],
  [
    "shipping_address",
    text(
      oneOf(random, [
        "123 Main St, City A, Country",
        "456 Elm St, City B, Country",
        "789 Oak St, City C, Country"
      ])
    )
  ],
  ["order_status", text(oneOf(random, ["Shipped", "Pending", "Delivered", "Cancelled"]))],
  ["creation_date", text("2024-01-21")]
]

/**
 * A payment as the original makes it.
 *
 * **Shape**: `payment_datetime` holds the order id for an hour, so it is a legal time for the first 23 only.
 */
export const paymentFields = (orderId: number, random: SeededRandom): Fields => [
  ["payment_id", String(orderId + 1000)],
  ["order_id", String(orderId)],
  ["payment_method", text(oneOf(random, ["Credit Card", "Debit Card", "PayPal", "Google Pay", "Apple Pay"]))],
  ["card_last_four", text(String(orderId).padStart(4, "0").slice(-4))],
  ["payment_status", text("Completed")],
  ["payment_datetime", text(`2024-01-21T${String(orderId).padStart(2, "0")}:01:30Z`)]
]

/** The fields as the original's `json.dumps` writes them, without attributes and ordering key. */
export const messageOf = (fields: Fields): Message => ({
  data: utf8.encode(jsonOf(fields)),
  attributes: {},
  orderingKey: ""
})

/** The fields as one JSON text, laid out as Python does. */
export const jsonOf = (fields: Fields): string =>
  `{${fields.map(([name, json]) => `"${name}": ${json}`).join(", ")}}`

const utf8 = new TextEncoder()

const text = (value: string): string => JSON.stringify(value)

// Python writes the fraction of a float even where it is zero.
const float = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value))
