import { assert, describe, it } from "@effect/vitest"
import { parseOptions } from "../../bench/Options.ts"

describe("Options", () => {
  it("a comparison has sixteen rounds of orders and payments, unless it is told otherwise", () => {
    assert.deepInclude(parseOptions(["--against", "main"]), {
      _tag: "Comparison",
      commit: "main",
      only: ["orders", "payments"],
      rounds: 16,
      messages: 60_000,
      isFresh: false
    })
    assert.deepInclude(
      parseOptions([
        "--against",
        "main",
        "--only",
        "matched,orders",
        "--rounds",
        "3",
        "--messages",
        "9",
        "--fresh"
      ]),
      { only: ["orders", "matched"], rounds: 3, messages: 9, isFresh: true }
    )
  })

  it.each([
    [["--against", "main", "--only", "drain"]],
    [["--only", "orders"]],
    [["--against", "main", "--self"]],
    [["--against", "main", "--profile", "profiles"]],
    [["--fresh"]],
    [["--rounds", "0"]]
  ])("what does not go together is refused with the usage: %j", (args) => {
    assert.throws(() => parseOptions(args), /npm run bench -- --against COMMIT/)
  })
})
