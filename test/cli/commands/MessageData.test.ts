import { describe, expect, it } from "vitest"
import { shownData } from "../../../src/cli/commands/MessageData.ts"
import { bytesOf } from "../../support/Samples.ts"

describe("the data of a message", () => {
  it("that is JSON is laid out, every number and text as it was sent", () => {
    const { form, lines } = shownData(
      bytesOf('{"order_id":9223372036854775807, "price":1.0,"list":[1,{"a":"x, {y}\\"z"}],"none":{}}')
    )
    expect(form).toBe("JSON")
    expect(lines).toEqual([
      "{",
      '  "order_id": 9223372036854775807,',
      '  "price": 1.0,',
      '  "list": [',
      "    1,",
      "    {",
      '      "a": "x, {y}\\"z"',
      "    }",
      "  ],",
      '  "none": {',
      "  }",
      "}"
    ])
  })

  it("that is JSON keeps its value, whatever it is", () => {
    for (const json of [
      '"text"',
      "[]",
      "null",
      "-1.5e3",
      '[[["a"],[]],{"b":{"c":null}}]',
      '{"\\u0000":"\\\\"}'
    ]) {
      const { lines } = shownData(bytesOf(json))
      expect(JSON.parse(lines.join("\n"))).toEqual(JSON.parse(json))
    }
  })

  it("that nests deeply is laid out too", () => {
    const depth = 50_000
    const { form, lines } = shownData(bytesOf("[".repeat(depth) + "]".repeat(depth)))
    expect(form).toBe("JSON")
    expect(lines).toHaveLength(2 * depth)
  })

  it("that is no JSON is text, and what is no UTF-8 is bytes", () => {
    expect(shownData(bytesOf("a\nb"))).toEqual({ form: "text", lines: ["a", "b"] })
    expect(shownData(new Uint8Array([0xff, 0x41, 0x00]))).toEqual({
      form: "bytes",
      lines: ["00000000  ff 41 00                                         .A."]
    })
    expect(shownData(new Uint8Array(40).fill(0xff)).lines).toHaveLength(3)
  })

  it("leaves no control, bidirectional or line-separating character in a line", () => {
    const hostile = "\u001b[2J\u0085\u202e\u2028\u2066\r"
    for (const text of [hostile, JSON.stringify({ a: hostile }), `{"a": "${hostile.slice(4, 8)}"}`])
      for (const line of shownData(bytesOf(text)).lines)
        expect(line).not.toMatch(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/u)
  })
})
