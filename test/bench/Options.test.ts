import { assert, describe, it } from "@effect/vitest"
import { parseOptions, usage } from "../../bench/Options.ts"
import { readCommandLine } from "../support/CommandLine.ts"

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
    [["--against", "main", "--only", "drain"], /--only names "drain"; it must be of orders, payments/],
    [["--only", "orders"], /--only names "orders"; it must be of drain, steady/],
    [["--against", "main", "--self"], /--against goes with neither --self nor --profile/],
    [["--against", "main", "--profile", "profiles"], /--against goes with neither --self nor --profile/],
    [["--fresh"], /--fresh goes with --against/],
    [["--rounds", "0"], /--rounds is "0"; it must be a whole number of at least 1/],
    [["--messages", "x"], /--messages is "x"; it must be a whole number of at least 1/]
  ])("what does not go together is refused with the usage: %j", (args, wrong) => {
    const line = readCommandLine(usage, args, parseOptions)
    assert.strictEqual(line._tag, "Wrong")
    if (line._tag !== "Wrong") return
    assert.match(line.text, wrong)
    assert.match(line.text, /npm run bench -- --against COMMIT/)
  })
})
