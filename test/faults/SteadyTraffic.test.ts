import { assert, describe, it } from "@effect/vitest"
import { lateOrderSeconds, steadyTraffic } from "./SteadyTraffic.ts"

const options = {
  seconds: 60,
  seed: 1,
  ordersPerSecond: 20,
  paymentsPerSecond: 24,
  lateOrderEverySeconds: 5
} as const

describe("steady traffic", () => {
  const made = steadyTraffic(options)
  const places = new Map<string, number>()
  made.forEach(({ meaning }, place) => {
    if (meaning._tag === "Order") places.set(meaning.orderId, place)
  })
  const payments = made.flatMap(({ meaning }, place) =>
    meaning._tag === "Payment" ? [{ place, orderedAt: places.get(meaning.orderId) }] : []
  )
  const perSecond = made.length / options.seconds

  it("is the same for the same options, and as much as asked for", () => {
    assert.deepStrictEqual(steadyTraffic(options), made)
    assert.strictEqual(payments.length, 60 * 24 + 7)
    assert.strictEqual(places.size, 60 * 20 + 7)
  })

  it("has a fifth more payments than orders, which have none, evenly through all of it", () => {
    const lonely = payments.filter(({ orderedAt }) => orderedAt === undefined)
    assert.strictEqual(lonely.length, 60 * 4)
    const firstHalf = lonely.filter(({ place }) => place < made.length / 2).length
    assert.closeTo(firstHalf, 120, 10)
  })

  it("has every few seconds an order that comes long after its payment", () => {
    const late = payments.filter(({ place, orderedAt = 0 }) => orderedAt - place > 20 * perSecond)
    assert.strictEqual(late.length, 7)
    for (const { place, orderedAt = 0 } of late) {
      assert.closeTo((orderedAt - place) / perSecond, lateOrderSeconds, 2)
    }
  })
})
