/** The fact table, written row by row with the driver's prepared statements. */
import { Client, types } from "cassandra-driver"
import type { OrderFields, PaymentFields } from "../Traffic.ts"

const insertOrder =
  "INSERT INTO orders_payments_facts (order_id, customer_id, item, quantity, price, shipping_address, order_status, creation_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
const updatePayment =
  "UPDATE orders_payments_facts SET payment_id = ?, payment_method = ?, card_last_four = ?, payment_status = ?, payment_datetime = ? WHERE order_id = ?"
const selectOrder = "SELECT customer_id FROM orders_payments_facts WHERE order_id = ?"

/** The fact table. */
export class Table {
  readonly #client: Client

  constructor(contactPoints: ReadonlyArray<string>, localDataCenter: string, keyspace: string) {
    this.#client = new Client({
      contactPoints: [...contactPoints],
      localDataCenter,
      // The nodes of a cluster name each other without one.
      protocolOptions: { port: Number(/:(\d+)$/.exec(contactPoints[0] ?? "")?.[1] ?? 9042) },
      keyspace,
      queryOptions: { consistency: types.consistencies.localQuorum, prepare: true, isIdempotent: true }
    })
  }

  connect(): Promise<void> {
    return this.#client.connect()
  }

  async writeOrder(order: OrderFields, publishMillis: number): Promise<void> {
    await this.#client.execute(
      insertOrder,
      [
        order.order_id,
        order.customer_id,
        order.item,
        order.quantity,
        order.price,
        order.shipping_address,
        order.order_status,
        order.creation_date
      ],
      { prepare: true, timestamp: publishMillis * 1000 }
    )
  }

  async hasOrder(orderId: number): Promise<boolean> {
    const { rows } = await this.#client.execute(selectOrder, [orderId], { prepare: true })
    return rows[0]?.["customer_id"] != null
  }

  async writePayment(payment: PaymentFields, publishMillis: number): Promise<void> {
    await this.#client.execute(
      updatePayment,
      [
        payment.payment_id,
        payment.payment_method,
        payment.card_last_four,
        payment.payment_status,
        payment.payment_datetime,
        payment.order_id
      ],
      { prepare: true, timestamp: publishMillis * 1000 }
    )
  }

  close(): Promise<void> {
    return this.#client.shutdown()
  }
}
