import { assert, describe, it } from "@effect/vitest"
import { inOrderOf } from "../../bench/Rounds.ts"

describe("Rounds", () => {
  it("two rounds are A B B A, so that each is first as often as the other", () => {
    const four = [0, 1, 2, 3].map((round) => inOrderOf(round, ["A", "B"]).join(" "))
    assert.deepStrictEqual(four, ["A B", "B A", "A B", "B A"])
  })
})
