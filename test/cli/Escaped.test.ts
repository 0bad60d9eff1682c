import { describe, expect, it } from "vitest"
import { escaped, escapedJson } from "../../src/cli/Escaped.ts"

describe("text from outside", () => {
  it.each([
    ["a colour", "\u001b[31mred", "\\u001b[31mred"],
    ["a window title", "\u001b]0;root\u0007", "\\u001b]0;root\\u0007"],
    ["a C1 control sequence", "\u009b2J", "\\u009b2J"],
    ["DEL", "\u007f", "\\u007f"],
    ["a new line and a carriage return", "paid\r\nFAKE", "paid\\u000d\\u000aFAKE"],
    ["a tab and NUL", "\t\0", "\\u0009\\u0000"],
    ["a line and a paragraph separator", "\u2028\u2029", "\\u2028\\u2029"],
    [
      "embeddings, overrides and isolates",
      "\u202egpj.exe\u202c\u2066\u2069",
      "\\u202egpj.exe\\u202c\\u2066\\u2069"
    ],
    ["marks", "\u200e\u200f\u061c\ufeff", "\\u200e\\u200f\\u061c\\ufeff"],
    ["ordinary text of any script", "Zürich 北京 שלום 👍🏽", "Zürich 北京 שלום 👍🏽"]
  ])("%s is written out, where it could steer or deceive", (_what, text, shown) => {
    expect(escaped(text)).toBe(shown)
  })

  it("every control character of Unicode's first planes is gone", () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join("")
    expect(escaped(all)).not.toMatch(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
  })
})

describe("JSON", () => {
  it("decodes to the same text, with nothing unsafe on the way", () => {
    const value = { item: "\u001b\u009b\u202e\u2028\n" }
    expect(escapedJson(value)).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(escapedJson(value))).toEqual(value)
  })

  it("never rounds an id", () => {
    expect(escapedJson({ near: 4711n, far: 2n ** 63n - 1n })).toBe(
      '{"near":4711,"far":"9223372036854775807"}'
    )
  })
})
