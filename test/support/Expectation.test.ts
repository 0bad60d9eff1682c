import { assert, describe, it } from "@effect/vitest"
import { isNewer, orderCells, orderWrite, paymentWrite } from "./Expectation.ts"
import { bytesOf } from "./Samples.ts"

const payment = (fields: object) =>
  bytesOf(
    JSON.stringify({
      payment_id: "1001",
      order_id: "1",
      payment_method: "Card",
      card_last_four: "4242",
      payment_status: "Completed",
      payment_datetime: "2024-01-21",
      ...fields
    })
  )

const order = (fields: object) =>
  bytesOf(
    JSON.stringify({ order_id: "1", customer_id: "42", item: "Book", quantity: "2", price: 9.5, ...fields })
  )

describe("the expectation", () => {
  const publishTimeMicros = 1_700_000_000_123_999

  it("[G2] a version is the whole millisecond of the publish time plus FNV-1a of the fields modulo 1000", () => {
    const canonical = '["00000000000000001001","Card","4242","Completed","2024-01-21"]'
    // FNV-1a as its authors write it down, on the bytes: this text is ASCII.
    let hash = 0x811c9dc5
    for (const byte of Buffer.from(canonical)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
    const { tieBreak, version } = paymentWrite({ data: payment({}), publishTimeMicros })
    assert.strictEqual(tieBreak, canonical)
    assert.strictEqual(version, 1_700_000_000_123_000n + BigInt(hash % 1_000))
  })

  it("[G2] the later payment wins, of one version the greater by its id, and by the other columns after that", () => {
    const older = paymentWrite({ data: payment({ payment_id: "9" }), publishTimeMicros })
    const newer = paymentWrite({ data: payment({}), publishTimeMicros: publishTimeMicros + 1_000 })
    assert.isTrue(isNewer(newer, older))
    assert.isFalse(isNewer(older, newer))
    const ofOneVersion = { ...newer, version: older.version }
    assert.isTrue(isNewer(ofOneVersion, older))
  })

  it("[G2] order cells of one version are settled one by one: a null, else the greater bytes", () => {
    const [one, other] = [
      order({ item: "A", shipping_address: "x", price: 2 }),
      order({ item: "B", price: -1 })
    ]
    const writes = [one, other].map((data) => ({ ...orderWrite({ data, publishTimeMicros }), version: 5n }))
    assert.deepInclude(orderCells(writes), { item: "B", shipping_address: null, price: -1, quantity: 2n })
  })
})
