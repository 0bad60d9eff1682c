import { assert, describe, it } from "@effect/vitest"
import { spanLinksMax } from "../../src/telemetry/Limits.ts"
import { spanLinks } from "../../src/telemetry/SpanLinks.ts"
import { deliveryOf } from "../support/Samples.ts"

const trace = "0af7651916cd43dd8448eb211c80319c"
const span = "b7ad6b7169203331"
const traceparent = `00-${trace}-${span}-01`
const other = `00-${trace}-00f067aa0ba902b7-00`

const linked = (attributes: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  spanLinks([deliveryOf("m1", { attributes })]).links.map(({ span: { spanId } }) => spanId)

describe("the links of a span", () => {
  it.each<
    readonly [what: string, attributes: Readonly<Record<string, string>>, spans: ReadonlyArray<string>]
  >([
    ["no trace context", { tenant: "a" }, []],
    ["traceparent", { traceparent }, [span]],
    ["that of Google's client libraries", { googclient_traceparent: traceparent }, [span]],
    ["both: the publisher's own", { traceparent, googclient_traceparent: other }, [span]],
    [
      "one that is malformed beside one that is not",
      { traceparent: "00-1-2-01", googclient_traceparent: other },
      ["00f067aa0ba902b7"]
    ],
    ["a trace that was not sampled", { traceparent: other }, ["00f067aa0ba902b7"]],
    ["ids of zeros", { traceparent: `00-${"0".repeat(32)}-${span}-01` }, []],
    ["capital letters", { traceparent: traceparent.toUpperCase() }, []],
    ["an empty text", { traceparent: "" }, []],
    ["a long text", { traceparent: "0".repeat(1_024) }, []]
  ])("of a message with %s", (_, attributes, spans) => {
    assert.deepStrictEqual(linked(attributes), spans)
  })

  it("[G6] are 128 at most, and it is known how many more there would be", () => {
    const deliveries = Array.from({ length: spanLinksMax + 7 }, (_, index) =>
      deliveryOf(`m${index}`, {
        attributes: { traceparent: `00-${trace}-${String(index + 1).padStart(16, "0")}-01` }
      })
    )
    const { dropped, links } = spanLinks(deliveries)
    assert.deepStrictEqual([links.length, dropped], [spanLinksMax, 7])
  })

  it("messages that were published within one span share one, which names the first", () => {
    const { dropped, links } = spanLinks(
      ["m1", "m2"].map((messageId) => deliveryOf(messageId, { attributes: { traceparent } }))
    )
    assert.deepStrictEqual(
      [links.map(({ attributes }) => attributes["messaging.message.id"]), dropped],
      [["m1"], 0]
    )
  })
})
