import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { Order, OrderId } from "../../src/domain/Order.ts"
import { Payment, PaymentId } from "../../src/domain/Payment.ts"
import { canonicalPayment, versionOfOrder, versionOfPayment } from "../../src/domain/Version.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"

/** Publish times until the year 2250. **Units**: µs. */
const publishTime = Arbitrary.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8_836_000_000_000_000 }))
)

const reversed = <A extends object>(value: A): A => Object.fromEntries(Object.entries(value).reverse()) as A

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** Versions as they were before nulls were legal: what is stored with them must stay. */
const orderVersions: ReadonlyArray<readonly [Partial<Order>, number]> = [
  [{}, 1_700_000_000_123_296],
  [{ customer_id: 0n, shipping_address: "" }, 1_700_000_000_123_707],
  [
    { order_id: OrderId.make(2n ** 63n - 1n), customer_id: -(2n ** 63n), quantity: 9_007_199_254_740_993n },
    1_700_000_000_123_619
  ],
  [{ price: -0 }, 1_700_000_000_123_934],
  [{ price: 0.1 + 0.2 }, 1_700_000_000_123_141],
  [{ item: 'Läptop 💻 "quoted"\n' }, 1_700_000_000_123_305],
  [{ price: 1e300, shipping_address: "null" }, 1_700_000_000_123_504]
]

const paymentVersions: ReadonlyArray<readonly [Partial<Payment>, number]> = [
  [{}, 1_700_000_000_123_770],
  [{ card_last_four: "0000" }, 1_700_000_000_123_290],
  [{ payment_id: PaymentId.make(2n ** 63n - 1n) }, 1_700_000_000_123_056],
  [{ payment_method: "", payment_datetime: "2024-01-21T500:01:30Z" }, 1_700_000_000_123_477],
  [{ payment_status: "💸" }, 1_700_000_000_123_872]
]

describe("a version", () => {
  const publishedAt = 1_700_000_000_123_456

  it.each(orderVersions)("[G2] of an order, %o, is what it always was", (fields, version) => {
    assert.strictEqual(versionOfOrder({ ...orderOf(1n), ...fields }, publishedAt), version)
  })

  it.each(paymentVersions)("[G2] of a payment, %o, is what it always was", (fields, version) => {
    assert.strictEqual(versionOfPayment({ ...paymentOf(1n), ...fields }, publishedAt), version)
  })

  it("[G2] tells a null from every text and number", () => {
    const guest = versionOfOrder({ ...orderOf(1n), customer_id: null }, publishedAt)
    const unshipped = versionOfOrder({ ...orderOf(1n), shipping_address: null }, publishedAt)
    const others = [0n, 42n].map((customer_id) =>
      versionOfOrder({ ...orderOf(1n), customer_id }, publishedAt)
    )
    const texts = ["", "null"].map((shipping_address) =>
      versionOfOrder({ ...orderOf(1n), shipping_address }, publishedAt)
    )
    assert.strictEqual(new Set([guest, unshipped, ...others, ...texts]).size, 6)
    const withoutCard = { ...paymentOf(1n), card_last_four: null }
    assert.include(canonicalPayment(withoutCard), ",null,")
  })

  it.effect.prop(
    "[G2] depends on the publish time's millisecond and the fields alone",
    { order: Order, payment: Payment, micros: publishTime },
    ({ order, payment, micros }) =>
      Effect.sync(() => {
        const sameMilli = Math.floor(micros / 1000) * 1000 + 999
        assert.strictEqual(versionOfOrder({ ...order }, sameMilli), versionOfOrder(order, micros))
        assert.strictEqual(versionOfOrder(reversed(order), micros), versionOfOrder(order, micros))
        assert.strictEqual(versionOfPayment(reversed(payment), sameMilli), versionOfPayment(payment, micros))
      })
  )

  it.effect.prop(
    "[G2] lies within its millisecond, so that a later millisecond always wins",
    { order: Order, payment: Payment, micros: publishTime },
    ({ order, payment, micros }) =>
      Effect.sync(() => {
        for (const version of [versionOfOrder(order, micros), versionOfPayment(payment, micros)]) {
          assert.isTrue(Number.isSafeInteger(version))
          assert.strictEqual(Math.floor(version / 1000), Math.floor(micros / 1000))
        }
        assert.isAbove(versionOfOrder(order, micros + 1000), versionOfOrder(order, micros))
      })
  )

  it("[G2] differs between most messages of one millisecond", () => {
    const payment = {
      payment_id: 1n,
      order_id: 1n,
      payment_method: "PayPal",
      card_last_four: "0001",
      payment_status: "Completed",
      payment_datetime: ""
    } as Payment
    const versions = new Set(
      Array.from({ length: 1000 }, (_, index) =>
        versionOfPayment({ ...payment, payment_id: BigInt(index + 1) as Payment["payment_id"] }, 0)
      )
    )
    // An even hash of 1000 values into 1000 slots fills 632 of them.
    assert.isAbove(versions.size, 550)
  })

  it.effect.prop(
    "[G2] of a payment does not depend on its order: it is compared within one row only",
    { payment: Payment, other: Payment, micros: publishTime },
    ({ payment, other, micros }) =>
      Effect.sync(() => {
        const moved = { ...payment, order_id: other.order_id }
        assert.strictEqual(versionOfPayment(moved, micros), versionOfPayment(payment, micros))
      })
  )
})

describe("the canonical order of two payments with one version", () => {
  it.effect.prop(
    "[G2] is total: any two payments that differ in a column are told apart",
    { one: Payment, two: Payment },
    ({ one, two }) =>
      Effect.sync(() => {
        const columns = [
          "payment_id",
          "payment_method",
          "card_last_four",
          "payment_status",
          "payment_datetime"
        ] as const
        const isSame = columns.every((column) => one[column] === two[column])
        assert.strictEqual(canonicalPayment(one) === canonicalPayment(two), isSame)
        for (const column of columns) {
          const changed = { ...one, [column]: two[column] }
          assert.strictEqual(canonicalPayment(changed) === canonicalPayment(one), one[column] === two[column])
        }
      })
  )

  it("[G2] goes by the payment id as a number first", () => {
    const at = (payment_id: bigint) =>
      canonicalPayment({
        payment_id,
        payment_method: "",
        card_last_four: "0000",
        payment_status: "",
        payment_datetime: ""
      })
    const ids = [1n, 9n, 10n, 99n, 9_007_199_254_740_993n, 2n ** 63n - 1n]
    assert.deepStrictEqual(ids.map(at).sort(compare), ids.map(at))
  })
})
