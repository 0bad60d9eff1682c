import { assert, describe, it } from "@effect/vitest"
import { missingRounds } from "../../bench/comparison/RoundFile.ts"
import { measuredRound } from "./MeasuredRounds.ts"

describe("missingRounds", () => {
  it("goes round by round, and leaves out what is measured", () => {
    const measured = [measuredRound("orders", 0, 1), measuredRound("payments", 1, 1)]
    assert.deepStrictEqual(missingRounds(measured, ["orders", "payments"], 2), [
      { stream: "payments", round: 0 },
      { stream: "orders", round: 1 }
    ])
  })

  it("more rounds than before add to those that are there", () => {
    const measured = [measuredRound("orders", 0, 1), measuredRound("orders", 1, 1)]
    assert.deepStrictEqual(missingRounds(measured, ["orders"], 2), [])
    assert.deepStrictEqual(missingRounds(measured, ["orders"], 3), [{ stream: "orders", round: 2 }])
  })
})
