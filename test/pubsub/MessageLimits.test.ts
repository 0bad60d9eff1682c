import { describe, expect, it } from "@effect/vitest"
import type { Message } from "../../src/pubsub/Message.ts"
import {
  encodedBytes,
  maxAttributes,
  maxRequestBytes,
  maxRequestMessages,
  violationOf
} from "../../src/pubsub/MessageLimits.ts"

const message = (given: Partial<Message>): Message => ({
  data: new Uint8Array([1]),
  attributes: {},
  orderingKey: "",
  ...given
})

const attributes = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]))

const dataOf = (bytes: number): Message => message({ data: new Uint8Array(bytes) })

// Framing of one field of 10 MB inside a message: two tags and two lengths of four bytes each.
const framing = 10

describe("MessageLimits", () => {
  it.each<[string, Message]>([
    ["one byte of data", message({})],
    ["no data but an attribute", message({ data: new Uint8Array(), attributes: { a: "" } })],
    ["the most attributes", message({ attributes: attributes(maxAttributes) })],
    ["a key of 256 bytes", message({ attributes: { ["k".repeat(256)]: "v" } })],
    ["a key of 64 astral characters, 256 bytes", message({ attributes: { ["𝒦".repeat(64)]: "v" } })],
    ["a value of 1024 bytes", message({ attributes: { k: "v".repeat(1024) } })],
    ["an ordering key of 1024 bytes", message({ orderingKey: "o".repeat(1024) })],
    ["the heaviest data", dataOf(maxRequestBytes - framing)],
    [
      "trace context of Google's own clients",
      message({ attributes: { googclient_traceparent: "00-1-2-01" } })
    ],
    ["a key with goog inside", message({ attributes: { "a-goog": "v" } })]
  ])("accepts %s", (_, given) => {
    expect(violationOf(given)).toBeUndefined()
  })

  it.each<[string, Message, RegExp]>([
    ["nothing at all", message({ data: new Uint8Array() }), /^no data and no attribute$/],
    ["101 attributes", message({ attributes: attributes(101) }), /^101 attributes, 100 allowed$/],
    ["an empty key", message({ attributes: { "": "v" } }), /key is empty/],
    ["a key of 257 bytes", message({ attributes: { ["k".repeat(257)]: "v" } }), /of 257 bytes, 256 allowed/],
    ["a key of 129 two-byte characters", message({ attributes: { ["é".repeat(129)]: "v" } }), /of 258 bytes/],
    ["a key that begins with goog", message({ attributes: { "goog-x": "v" } }), /"goog-x" begins with goog/],
    ["a key that begins with GOOG", message({ attributes: { GOOGx: "v" } }), /begins with goog/],
    [
      "trace context the service refuses",
      message({ attributes: { "googclient_x-cloud-trace-context": "v" } }),
      /begins with goog/
    ],
    [
      "a value of 1025 bytes",
      message({ attributes: { k: "v".repeat(1025) } }),
      /of 1025 bytes, 1024 allowed/
    ],
    ["a value of 513 two-byte characters", message({ attributes: { k: "é".repeat(513) } }), /of 1026 bytes/],
    ["a lone surrogate in a key", message({ attributes: { "\ud800": "v" } }), /key is not well-formed/],
    ["a lone surrogate in a value", message({ attributes: { k: "\udc00" } }), /"k" is not well-formed/],
    ["a lone surrogate in the ordering key", message({ orderingKey: "\ud800" }), /ordering key is not well/],
    [
      "an ordering key of 1025 bytes",
      message({ orderingKey: "o".repeat(1025) }),
      /ordering key of 1025 bytes/
    ],
    ["one byte of data too many", dataOf(maxRequestBytes - framing + 1), /^10000001 bytes, 10000000 allowed$/]
  ])("refuses %s", (_, given, expected) => {
    expect(violationOf(given)).toMatch(expected)
  })

  it("quotes neither values nor data in a violation", () => {
    const secret = "4242".repeat(300)
    expect(violationOf(message({ attributes: { card: secret } }))).not.toContain("4242")
  })

  it("weighs a message as its protocol buffer encoding", () => {
    // data: 1+1+3; attribute entry: 1+1+(1+1+1)+(1+1+2); ordering key: 1+1+2; framed: 1+1
    const given = message({ data: new Uint8Array(3), attributes: { a: "bc" }, orderingKey: "de" })
    expect(encodedBytes(given)).toBe(2 + 5 + 9 + 4)
  })

  it("lets one request carry as many small messages as it may", () => {
    expect(maxRequestMessages * encodedBytes(dataOf(254))).toBeLessThan(maxRequestBytes)
  })
})
