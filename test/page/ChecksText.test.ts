import { assert, describe, it } from "@effect/vitest"
import { checksText } from "../../page/ChecksText.js"

const check = (code: string, status: string, text = code, remedy = "") => ({ code, status, text, remedy })

describe("what an incident file says of the checks", () => {
  it("names what has to be fixed first, then warnings, then what was not checked; what passed is counted", () => {
    const { rows, sentence } = checksText([
      check("CF-501", "passed"),
      check("CF-202", "skipped"),
      check("CF-205", "warning", "a text\u202e", "change it"),
      check("CF-101", "fatal", "no host answers", "start it"),
      check("CF-601", "not-made")
    ])
    assert.match(sentence, /^Of 5 checks of .*: 1 to fix, 1 warning, 1 passed, 2 not made\.$/)
    assert.deepStrictEqual(rows, [
      ["CF-101", "to fix", "no host answers", "start it"],
      ["CF-205", "warning", "a text\\u202e", "change it"],
      ["CF-601", "not checked", "CF-601", "–"],
      ["CF-202", "not checked", "CF-202", "–"]
    ])
  })

  it("says where there is nothing to fix", () => {
    const { rows, sentence } = checksText([check("CF-501", "passed")])
    assert.match(sentence, /: nothing to fix, 1 passed\.$/)
    assert.deepStrictEqual(rows, [])
  })
})
