import { assert, describe, it } from "@effect/vitest"
import { inOrderOf, twiceInOrderOf } from "../../bench/Rounds.ts"

const orders = (order: (round: number, both: readonly ["A", "B"]) => ReadonlyArray<string>) =>
  [0, 1, 2].map((round) => order(round, ["A", "B"]).join(" "))

describe("Rounds", () => {
  it("each of two is first in every other round", () => {
    assert.deepStrictEqual(orders(inOrderOf), ["A B", "B A", "A B"])
  })

  it("a round in which each runs twice is A B B A, and the next one B A A B", () => {
    assert.deepStrictEqual(orders(twiceInOrderOf), ["A B B A", "B A A B", "A B B A"])
  })

  it.each([0, 1])("a drift that goes on through round %i adds as much to one as to the other", (round) => {
    const sums = { A: 0, B: 0 }
    twiceInOrderOf<"A" | "B">(round, ["A", "B"]).forEach((which, at) => {
      sums[which] += 20 + 0.7 * at
    })
    assert.closeTo(sums.A, sums.B, 1e-9)
  })
})
