import { Option } from "effect"
import { describe, expect, it } from "vitest"
import type { Fact } from "../../src/domain/Fact.ts"
import { versionOfOrder } from "../../src/domain/Version.ts"
import { orderLateness } from "../../src/ingest/OrderLateness.ts"
import { orderOf } from "../support/Samples.ts"

const publishedMicros = 1_700_000_041_000_000

const payment: Pick<
  Fact,
  "payment_id" | "payment_method" | "card_last_four" | "payment_status" | "payment_datetime"
> = {
  payment_id: null,
  payment_method: null,
  card_last_four: null,
  payment_status: null,
  payment_datetime: null
}

describe("how late an order was", () => {
  it("is the difference between its publish time and that of the payment", () => {
    for (const order of [orderOf(1n), orderOf(2n ** 63n - 1n, { customer_id: null, price: 0.1 })]) {
      const fact: Fact = { ...order, ...payment }
      const version = versionOfOrder(order, publishedMicros)
      expect(orderLateness(fact, version, 1_700_000_000_000_000)).toEqual(Option.some(41_000))
      expect(orderLateness(fact, version, publishedMicros + 2_000_000)).toEqual(Option.some(-2_000))
    }
  })

  it("is not known where the write time is no version of ours", () => {
    const fact: Fact = { ...orderOf(1n), ...payment }
    const version = versionOfOrder(orderOf(1n), publishedMicros)
    expect(orderLateness(fact, version + 1n, 0)).toEqual(Option.none())
    expect(orderLateness({ ...fact, item: "other" }, version, 0)).toEqual(Option.none())
    expect(orderLateness({ ...fact, item: null }, version, 0)).toEqual(Option.none())
  })
})
