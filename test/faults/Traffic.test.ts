import { assert, describe, it } from "@effect/vitest"
import { traffic } from "./Traffic.ts"

describe("the traffic of a scenario", () => {
  it("is the same for a seed, about as much as asked for, and of every sort", () => {
    const made = traffic({ messages: 5_000, seed: 1 })
    assert.deepStrictEqual(traffic({ messages: 5_000, seed: 1 }), made)
    assert.notDeepEqual(traffic({ messages: 5_000, seed: 2 }), made)
    assert.isTrue(made.length > 4_800 && made.length < 5_200, `${made.length}`)
    const ordered = new Map<string, number>()
    made.forEach(({ meaning }, place) => {
      if (meaning._tag === "Order") ordered.set(meaning.orderId, ordered.get(meaning.orderId) ?? place)
    })
    const payments = made.flatMap(({ meaning }, place) =>
      meaning._tag === "Payment" ? [{ orderedAt: ordered.get(meaning.orderId), place }] : []
    )
    assert.isAbove(payments.filter(({ orderedAt = 0, place }) => orderedAt > place).length, 100)
    assert.isAbove(payments.filter(({ orderedAt }) => orderedAt === undefined).length, 20)
    assert.isAbove(made.filter(({ meaning }) => meaning._tag === "Poison").length, 20)
    assert.isAbove(made.length - new Set(made).size, 50)
  })
})
