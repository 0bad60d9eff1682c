import { assert, describe, it } from "@effect/vitest"
import { originalOrders, originalPayments } from "../../src/sample/Original.ts"

const textOf = ({ data }: { readonly data: Uint8Array }): string => new TextDecoder().decode(data)

describe("the original's messages", () => {
  it("are laid out as Python's json.dumps does", () => {
    const [order] = originalOrders(1, 1).map(textOf)
    assert.match(
      order ?? "",
      /^\{"order_id": 1, "customer_id": \d+, "item": "\w+", "quantity": \d+, "price": \d+\.\d+, "shipping_address": "[^"]+, Country", "order_status": "\w+", "creation_date": "2024-01-21"\}$/
    )
    const [payment] = originalPayments(1).map(textOf)
    assert.match(
      payment ?? "",
      /^\{"payment_id": 1001, "order_id": 1, "payment_method": "[\w ]+", "card_last_four": "0001", "payment_status": "Completed", "payment_datetime": "2024-01-21T01:01:30Z"\}$/
    )
  })

  it("have neither attributes nor ordering key", () => {
    for (const { attributes, orderingKey } of [...originalOrders(80, 1), ...originalPayments(1)]) {
      assert.deepStrictEqual({ attributes, orderingKey }, { attributes: {}, orderingKey: "" })
    }
  })

  it("are orders 1 to 80 in a circle, with new values each time round", () => {
    const orders = originalOrders(161, 1).map((message) => JSON.parse(textOf(message)))
    assert.deepStrictEqual(
      orders.map(({ order_id }) => order_id),
      Array.from({ length: 161 }, (_, index) => (index % 80) + 1)
    )
    assert.notStrictEqual(orders[0].price, orders[80].price)
    for (const { customer_id, quantity, price } of orders) {
      assert.isTrue(customer_id >= 100 && customer_id <= 1000)
      assert.isTrue(quantity >= 1 && quantity <= 10)
      assert.isTrue(price >= 100 && price <= 1500)
    }
  })

  it("are payments 1001 to 1500, of which 477 have a payment time that is none", () => {
    const payments = originalPayments(1).map((message) => JSON.parse(textOf(message)))
    assert.deepStrictEqual(
      payments.map(({ payment_id, order_id }) => payment_id - order_id),
      new Array(500).fill(1000)
    )
    assert.strictEqual(payments.at(-1).payment_datetime, "2024-01-21T500:01:30Z")
    assert.strictEqual(payments.at(-1).card_last_four, "0500")
    const legal = payments.filter(({ payment_datetime }) => !Number.isNaN(Date.parse(payment_datetime)))
    assert.strictEqual(legal.length, 23)
  })

  it("depend on the seed alone", () => {
    assert.deepStrictEqual(originalOrders(100, 7), originalOrders(100, 7))
    assert.deepStrictEqual(originalPayments(7), originalPayments(7))
    assert.notDeepEqual(originalOrders(100, 7), originalOrders(100, 8))
    assert.notDeepEqual(originalPayments(7), originalPayments(8))
  })
})
