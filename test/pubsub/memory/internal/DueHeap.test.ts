import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { DueHeap } from "../../../../src/pubsub/memory/internal/DueHeap.ts"

const times = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })))

describe("DueHeap", () => {
  it.prop(
    "things leave in the order of their times, and of equal times in the order in which they came",
    [times],
    ([given]) => {
      const heap = new DueHeap<readonly [due: number, order: number]>()
      for (const [order, due] of given.entries()) heap.add(due, [due, order])
      const left: Array<readonly [number, number]> = []
      for (let now = 0; now <= 20; now++) {
        for (let thing = heap.takeDue(now); thing !== undefined; thing = heap.takeDue(now)) {
          expect(thing[0]).toBe(now)
          left.push(thing)
        }
        expect(heap.nextDue).toBeGreaterThan(now)
      }
      const expected = given
        .map((due, order) => [due, order] as const)
        .sort(([a, first], [b, second]) => a - b || first - second)
      expect(left).toEqual(expected)
      expect(heap.size).toBe(0)
    }
  )
})
