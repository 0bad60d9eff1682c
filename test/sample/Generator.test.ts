import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type DecodeFailure, decodeOrder, decodePayment } from "../../src/domain/Decoder.ts"
import type { Fate } from "../../src/domain/Fate.ts"
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import {
  earlyWaves,
  lateOrders,
  type TrafficItem,
  type TrafficOptions,
  type Wave,
  waves
} from "../../src/sample/Generator.ts"
import { orderFields, paymentFields } from "../../src/sample/Original.ts"
import { poisonKinds } from "../../src/sample/Poison.ts"
import { seededRandom } from "../../src/sample/SeededRandom.ts"

const plain: TrafficOptions = {
  orders: 1000,
  payments: 1000,
  seed: 1,
  firstId: 1,
  unmatched: 0,
  early: 0,
  duplicates: 0,
  poison: 0
}

const mixed: TrafficOptions = { ...plain, unmatched: 0.1, early: 0.2, duplicates: 0.05, poison: 0.02 }

const itemsOf = (options: TrafficOptions, size = 100): ReadonlyArray<TrafficItem> =>
  [...waves(options, size)].flat()

const decode = ({ stream, message }: TrafficItem): Result.Result<Order | Payment, DecodeFailure> =>
  stream === "orders" ? decodeOrder(message.data) : decodePayment(message.data)

const orderIdOf = (item: TrafficItem): bigint => Result.getOrThrow(decode(item)).order_id

const countOf = (items: ReadonlyArray<TrafficItem>, fate: Fate): number =>
  items.filter((item) => item.fate === fate).length

/** The wave in which each order, or payment, is first published. */
const firstWaves = (all: ReadonlyArray<Wave>, stream: TrafficItem["stream"]): Map<bigint, number> => {
  const first = new Map<bigint, number>()
  for (const [index, wave] of all.entries()) {
    for (const item of wave) {
      if (item.stream !== stream || Result.isFailure(decode(item))) continue
      const orderId = orderIdOf(item)
      if (!first.has(orderId)) first.set(orderId, index)
    }
  }
  return first
}

describe("waves", () => {
  it("make every order and its payment once, an order before its payment", () => {
    const all = [...waves(plain, 64)]
    assert.strictEqual(countOf(all.flat(), "order-stored"), 1000)
    assert.strictEqual(countOf(all.flat(), "payment-matched"), 1000)
    const orders = firstWaves(all, "orders")
    const payments = firstWaves(all, "payments")
    assert.strictEqual(orders.size, 1000)
    for (const [orderId, wave] of payments) assert.isAbove(wave, orders.get(orderId) ?? Infinity)
  })

  it("leave late orders out, whose payments become dead letters, and change nothing else", () => {
    const options = { ...mixed, late: 0.05 }
    const all = itemsOf(options)
    const late = [...lateOrders(options, 64)].flat()
    const ids = new Set(late.map(orderIdOf))
    assert.isAbove(ids.size, 20)
    assert.strictEqual(ids.size, late.length)
    const bytesOf = (items: ReadonlyArray<TrafficItem>) =>
      items.map(({ message }) => Buffer.from(message.data).toString("latin1"))
    const without = new Set(bytesOf(itemsOf(mixed)))
    for (const bytes of bytesOf([...all, ...late])) assert.isTrue(without.has(bytes), bytes)
    for (const item of all) {
      const decoded = decode(item)
      if (Result.isFailure(decoded) || !ids.has(decoded.success.order_id)) continue
      assert.deepStrictEqual([item.stream, item.fate], ["payments", "dead-lettered(unmatched-payment)"])
    }
    assert.deepStrictEqual(new Set([...lateOrders(options, 7)].flat().map(orderIdOf)), ids)
    assert.lengthOf([...lateOrders({ ...mixed, orders: Number.POSITIVE_INFINITY }, 64)], 0)
  })

  it("publish early payments before their orders, and no others", () => {
    const all = [...waves({ ...plain, early: 0.3 }, 50)]
    const orders = firstWaves(all, "orders")
    let early = 0
    for (const [orderId, wave] of firstWaves(all, "payments")) {
      const lead = (orders.get(orderId) ?? Number.NaN) - wave
      assert.include([earlyWaves, -1], lead)
      if (lead > 0) early += 1
    }
    assert.isTrue(early > 200 && early < 400)
  })

  it("state the fate of every message: exactly the poison fails to decode, exactly the unmatched have no order", () => {
    const items = itemsOf(mixed)
    const orders = new Set(items.filter(({ fate }) => fate === "order-stored").map(orderIdOf))
    for (const item of items) {
      const decoded = decode(item)
      if (Result.isFailure(decoded)) {
        const reason = decoded.failure._tag === "Undecodable" ? "undecodable" : "schema-violation"
        assert.strictEqual(item.fate, `dead-lettered(${reason})`)
      } else if (item.stream === "payments") {
        const hasOrder = orders.has(decoded.success.order_id)
        assert.strictEqual(item.fate, hasOrder ? "payment-matched" : "dead-lettered(unmatched-payment)")
      } else {
        assert.strictEqual(item.fate, "order-stored")
      }
    }
    assert.isTrue(countOf(items, "dead-lettered(unmatched-payment)") > 60)
    assert.isTrue(items.length > 2000 + 50)
  })

  it("give payments beyond the orders no order", () => {
    const items = itemsOf({ ...plain, orders: 80, payments: 500 })
    assert.strictEqual(countOf(items, "order-stored"), 80)
    assert.strictEqual(countOf(items, "payment-matched"), 80)
    assert.strictEqual(countOf(items, "dead-lettered(unmatched-payment)"), 420)
  })

  it("are the same messages for the same seed, whatever the size of a wave", () => {
    const textsOf = (options: TrafficOptions, size: number) =>
      itemsOf(options, size)
        .map(({ stream, message, fate }) => `${stream} ${fate} ${Buffer.from(message.data).toString("hex")}`)
        .sort()
    assert.deepStrictEqual(textsOf(mixed, 1), textsOf(mixed, 333))
    assert.notDeepEqual(textsOf(mixed, 100), textsOf({ ...mixed, seed: 2 }, 100))
  })

  it("go on where another run ended, when the first id is set", () => {
    const whole = itemsOf(plain).map(({ message }) => Buffer.from(message.data).toString())
    const second = itemsOf({ ...plain, orders: 500, payments: 500, firstId: 501 })
    for (const { message } of second) assert.include(whole, Buffer.from(message.data).toString())
  })

  it("[G6] never end when asked for no end, a wave at a time", () => {
    const endless = waves({ ...mixed, orders: Infinity, payments: Infinity }, 10)
    for (let wave = 0; wave < 2000; wave++) {
      const { value, done } = endless.next()
      assert.isFalse(done)
      assert.isBelow((value ?? []).length, 100)
    }
  })
})

describe("poison", () => {
  const streams = [
    ["orders", orderFields(7, seededRandom(1)), decodeOrder],
    ["payments", paymentFields(7, seededRandom(1)), decodePayment]
  ] as const
  for (const [stream, fields, read] of streams) {
    it.each(poisonKinds.map((kind) => [kind.name, kind] as const))(
      `in ${stream}: %s has the fate it states`,
      (_, kind) => {
        for (let seed = 0; seed < 20; seed++) {
          const failure = Result.getOrThrow(
            Result.flip<unknown, DecodeFailure>(read(kind.make(fields, seededRandom(seed)).data))
          )
          const reason = failure._tag === "Undecodable" ? "undecodable" : "schema-violation"
          assert.strictEqual(kind.fate, `dead-lettered(${reason})`)
        }
      }
    )
  }

  it("is the only thing wrong with the message it is made of", () => {
    for (const [, fields, read] of streams) {
      const text = `{${fields.map(([name, json]) => `"${name}":${json}`).join(",")}}`
      assert.isTrue(Result.isSuccess<unknown, unknown>(read(new TextEncoder().encode(text))))
    }
  })
})
