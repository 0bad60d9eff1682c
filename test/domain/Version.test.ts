import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { int64Max, int64Min } from "../../src/domain/Int64.ts"
import { Order, OrderId } from "../../src/domain/Order.ts"
import { Payment, PaymentId } from "../../src/domain/Payment.ts"
import {
  canonicalPayment,
  versionAbove,
  versionBeforeRaise,
  versionOfOrder,
  versionOfPayment
} from "../../src/domain/Version.ts"
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
    assert.strictEqual(versionOfOrder({ ...orderOf(1n), ...fields }, publishedAt), BigInt(version))
  })

  it.each(paymentVersions)("[G2] of a payment, %o, is what it always was", (fields, version) => {
    assert.strictEqual(versionOfPayment({ ...paymentOf(1n), ...fields }, publishedAt), BigInt(version))
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
          assert.strictEqual(version / 1000n, BigInt(Math.floor(micros / 1000)))
        }
        assert.isTrue(versionOfOrder(order, micros + 1000) > versionOfOrder(order, micros))
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

const int64 = Arbitrary.schema(
  Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: int64Min, maximum: int64Max }))
)

describe("a version above what somebody else wrote", () => {
  it.effect.prop(
    "[G2] is the payment's hash in the first whole millisecond that is greater, exactly, in all of int64",
    { payment: Payment, foreign: int64 },
    ({ payment, foreign }) =>
      Effect.sync(() => {
        const version = versionAbove(payment, foreign)
        const hash = versionOfPayment(payment, 0)
        if (version === undefined) return assert.isTrue(foreign + 1_000n + hash > int64Max)
        assert.isTrue(version <= int64Max)
        const millisecond = version - hash
        assert.strictEqual(millisecond % 1_000n, 0n)
        assert.isTrue(millisecond > foreign && millisecond - 1_000n <= foreign)
      })
  )

  it.effect.prop(
    "[G2] stays the payment's version by itself, however a tie raised it",
    { payment: Payment, foreign: int64, raised: Schema.Literals([0n, 1n, 2n, 999n]) },
    ({ payment, foreign, raised }) =>
      Effect.sync(() => {
        const version = versionAbove(payment, foreign)
        if (version !== undefined) assert.strictEqual(versionBeforeRaise(payment, version + raised), version)
      })
  )

  it("[G2] does not exist at the end of int64, and is exact around 2^53 and 2^62", () => {
    const payment = paymentOf(1n)
    const hash = versionOfPayment(payment, 0)
    for (const whole of [2n ** 53n, 2n ** 62n, 0n, -(2n ** 62n)].map((near) => (near / 1_000n) * 1_000n)) {
      assert.strictEqual(versionAbove(payment, whole - 1n), whole + hash)
      assert.strictEqual(versionAbove(payment, whole), whole + 1_000n + hash)
      assert.strictEqual(versionAbove(payment, whole + 999n), whole + 1_000n + hash)
    }
    const last = (int64Max / 1_000n) * 1_000n
    assert.isUndefined(versionAbove(payment, int64Max))
    assert.isUndefined(versionAbove(payment, last))
    assert.strictEqual(versionAbove(payment, last - 1_001n), last - 1_000n + hash)
  })
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
