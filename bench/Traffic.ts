/** The messages of every scenario, made from their number alone, so that a reader can say what each cell must be. */

/** An order as it travels. */
export interface OrderFields {
  readonly order_id: number
  readonly customer_id: number
  readonly item: string
  readonly quantity: number
  readonly price: number
  readonly shipping_address: string
  readonly order_status: string
  readonly creation_date: string
}

/** A payment as it travels. */
export interface PaymentFields {
  readonly payment_id: number
  readonly order_id: number
  readonly payment_method: string
  readonly card_last_four: string
  readonly payment_status: string
  readonly payment_datetime: string
}

/** The order with this number; about 210 bytes of JSON. */
export const orderOf = (id: number): OrderFields => ({
  order_id: id,
  customer_id: 100 + (id % 901),
  item: pick(items, id),
  quantity: 1 + (id % 10),
  price: 100 + ((id * 7919) % 1_400_000) / 999,
  shipping_address: pick(addresses, id),
  order_status: pick(statuses, id),
  creation_date: "2024-01-21"
})

/** The payment with this number; it is for the order with this number, unless it is one that matches none. */
export const paymentOf = (id: number, unmatchedEvery: number): PaymentFields => ({
  payment_id: 1_000_000 + id,
  order_id: isUnmatched(id, unmatchedEvery) ? unmatchedFrom + id : id,
  payment_method: pick(methods, id),
  card_last_four: String(id % 10_000).padStart(4, "0"),
  payment_status: "Completed",
  payment_datetime: `2024-01-21T${String(id).padStart(2, "0")}:01:30Z`
})

/** Whether the payment with this number names an order that does not exist; `every` 0: none does. */
export const isUnmatched = (id: number, every: number): boolean => every > 0 && id % every === 0

/** How many of the payments `first` … `first + count - 1` match no order. */
export const unmatchedAmong = (first: number, count: number, every: number): number =>
  every === 0 ? 0 : Math.floor((first + count - 1) / every) - Math.floor((first - 1) / every)

/** What a publisher puts into a message. */
export const bytesOf = (fields: OrderFields | PaymentFields): Buffer => Buffer.from(JSON.stringify(fields))

const unmatchedFrom = 1_000_000_000

const items = ["Laptop", "Phone", "Book", "Tablet", "Monitor"]
const addresses = [
  "123 Main St, City A, Country",
  "456 Elm St, City B, Country",
  "789 Oak St, City C, Country"
]
const statuses = ["Shipped", "Pending", "Delivered", "Cancelled"]
const methods = ["Credit Card", "Debit Card", "PayPal", "Google Pay", "Apple Pay"]

const pick = (texts: ReadonlyArray<string>, id: number): string => texts[id % texts.length] ?? ""
