import { describe, expect, it } from "@effect/vitest"
import { createPaymentIndex, paymentIndexKind } from "../../src/facts/PaymentIndex.ts"

const nodes = (...versions: ReadonlyArray<string | undefined>) =>
  versions.map((releaseVersion) => ({ releaseVersion }))

describe("the index on payments", () => {
  it.each([
    [["5.0.8"], false, "storage-attached"],
    [["5.0.8", "5.1"], false, "storage-attached"],
    [["10.0"], false, "storage-attached"],
    [["4.1.3"], false, "classic"],
    [["5.0.8", "4.1.3"], false, "classic"],
    [["5.0.8", undefined], false, "classic"],
    [[], false, "classic"],
    [["4.0.0.6816"], true, "storage-attached"]
  ] as const)("on nodes %j, Astra %s: %s", (versions, isAstra, kind) => {
    expect(paymentIndexKind(nodes(...versions), isAstra)).toBe(kind)
  })

  it("is created only where there is none of its name, in the keyspace as it is written", () => {
    expect(createPaymentIndex("Shop", "classic")).toBe(
      'CREATE INDEX IF NOT EXISTS orders_payments_facts_payment_id ON "Shop".orders_payments_facts (payment_id)'
    )
    expect(createPaymentIndex("Shop", "storage-attached")).toMatch(
      /^CREATE CUSTOM INDEX .* USING 'StorageAttachedIndex'$/
    )
  })
})
