import { assert, describe, it } from "@effect/vitest"
import { writeShape, writtenOrderIds } from "../../bench/WriteShape.ts"
import { ordersStatement, paymentsStatement, statesStatement } from "../../src/facts/FactStatements.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"

const rowsOf = ({ query, params }: { readonly query: string; readonly params: ReadonlyArray<unknown> }) => {
  const shape = writeShape(query)
  return shape && { stream: shape.stream, ids: writtenOrderIds(shape, params) }
}

describe("WriteShape", () => {
  it.each([[[7]], [[7, 8, 9]]])("finds every row of what the fact store writes: %j", (ids) => {
    const orders = ids.map((id) => ({ order: orderOf(BigInt(id)), version: 1_000n }))
    assert.deepStrictEqual(rowsOf(ordersStatement(orders)), { stream: "orders", ids })
    const payments = ids.map((id) => ({ payment: paymentOf(BigInt(id)), version: 1_000n }))
    assert.deepStrictEqual(rowsOf(paymentsStatement(payments)), { stream: "payments", ids })
  })

  it("finds the row of what the loop writes", () => {
    const insert = "INSERT INTO t (item, order_id) VALUES (?, ?)"
    assert.deepStrictEqual(rowsOf({ query: insert, params: ["Book", 7] }), { stream: "orders", ids: [7] })
    const update = "UPDATE t SET payment_id = ?, payment_status = ? WHERE order_id = ?"
    const params = [1, "Completed", 7]
    assert.deepStrictEqual(rowsOf({ query: update, params }), { stream: "payments", ids: [7] })
  })

  it("a statement that reads writes no row", () => {
    assert.isUndefined(rowsOf(statesStatement([7n])))
  })
})
