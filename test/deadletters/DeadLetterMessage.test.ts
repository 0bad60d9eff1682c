import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { clipped, type DeadLetter, deadLetterMessage } from "../../src/deadletters/DeadLetterMessage.ts"
import { deadLetterReasons } from "../../src/domain/Fate.ts"
import { maxAttributes, maxRequestBytes, violationOf } from "../../src/pubsub/MessageLimits.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

const failedAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

const letterOf = (
  fields: Partial<DeadLetter["delivery"]> = {},
  letter: Partial<DeadLetter> = {}
): DeadLetter => ({
  delivery: deliveryOf("4711", { publishTimeMicros: failedAt * 1_000 - 999, deliveryAttempt: 3, ...fields }),
  subscription: "projects/p/subscriptions/payment_data-sub",
  reason: "unmatched-payment",
  error: "order_id: no such order in the table",
  ...letter
})

const published = (letter: DeadLetter) => deadLetterMessage(letter, failedAt, "1.2.3")

const numbered = (count: number, value = "v") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, value]))

/** What Counterfoil adds, an ordering key and counts apart. */
const ownCount = 8

const originals = (attributes: Readonly<Record<string, string>>) =>
  Object.keys(attributes).filter((key) => !key.startsWith("dlq-"))

describe("DeadLetterMessage", () => {
  it("is the original message, and says why it is a dead letter", () => {
    const data = bytesOf('{"order_id":1}')
    assert.deepStrictEqual(published(letterOf({ data, attributes: { source: "shop" } })), {
      data,
      attributes: {
        source: "shop",
        "dlq-reason": "unmatched-payment",
        "dlq-error": "order_id: no such order in the table",
        "dlq-subscription": "projects/p/subscriptions/payment_data-sub",
        "dlq-message-id": "4711",
        "dlq-publish-time": "2026-01-02T03:04:05.005001Z",
        "dlq-failed-at": "2026-01-02T03:04:05.006000Z",
        "dlq-delivery-attempt": "3",
        "dlq-app-version": "1.2.3"
      },
      orderingKey: ""
    })
  })

  it("keeps the ordering key as an attribute", () => {
    const message = published(letterOf({ orderingKey: "order 1" }))
    assert.strictEqual(message.orderingKey, "")
    assert.strictEqual(message.attributes["dlq-ordering-key"], "order 1")
  })

  it("replaces incoming dlq- attributes, those it does not set itself included", () => {
    const { attributes } = published(
      letterOf({
        attributes: { "dlq-reason": "forged", "dlq-publish-time": "forged", "dlq-other": "forged" }
      })
    )
    assert.notInclude(Object.values(attributes), "forged")
    assert.isUndefined(attributes["dlq-dropped-attributes"])
  })

  const long = "k".repeat(257)
  const slots: ReadonlyArray<readonly [string, Record<string, string>, number, string | undefined]> = [
    ["as many attributes as there are slots are all kept", numbered(maxAttributes - ownCount), 92, undefined],
    ["one more, and the last two make room for the count", numbered(93), 91, "2"],
    ["a hundred attributes, and the last nine are dropped", numbered(100), 91, "9"],
    ["a key over 256 bytes is dropped", { [long]: "v", short: "v" }, 1, "1"],
    ["a value over 1024 bytes is dropped", { long: "€".repeat(342), short: "v" }, 1, "1"],
    ["a value of 1024 bytes is kept", { long: "v".repeat(1_024) }, 1, undefined],
    ["an empty key is dropped", { "": "v" }, 0, "1"],
    ["a reserved key too long for its prefix is dropped", { [`goog${"k".repeat(240)}`]: "v" }, 0, "1"],
    ["Google's trace context is kept", { googclient_traceparent: "00-1-2-00" }, 1, undefined],
    ["text that is not well-formed is dropped", { "\ud800": "v", key: "\ud800" }, 0, "2"]
  ]
  for (const [name, attributes, kept, dropped] of slots) {
    it(`[G3] ${name}`, () => {
      const message = published(letterOf({ attributes }))
      assert.isUndefined(violationOf(message))
      assert.deepStrictEqual(
        originals(message.attributes),
        Object.keys(attributes).filter((key) => key in message.attributes)
      )
      assert.lengthOf(originals(message.attributes), kept)
      assert.strictEqual(message.attributes["dlq-dropped-attributes"], dropped)
    })
  }

  it("keeps attributes with reserved names, which may say how the bytes are encoded, under names of its own", () => {
    const attributes = {
      source: "shop",
      googclient_schemaencoding: "BINARY",
      googclient_schemaname: "projects/p/schemas/order",
      GoogLike: "v",
      googclient_traceparent: "00-1-2-00"
    }
    const message = published(letterOf({ attributes }))
    assert.isUndefined(violationOf(message))
    assert.deepInclude(message.attributes, {
      source: "shop",
      "dlq-original-googclient_schemaencoding": "BINARY",
      "dlq-original-googclient_schemaname": "projects/p/schemas/order",
      "dlq-original-GoogLike": "v",
      googclient_traceparent: "00-1-2-00"
    })
    assert.isUndefined(message.attributes["dlq-dropped-attributes"])
  })

  it("[G3] a reserved name takes a slot like any other, and is the last to be dropped", () => {
    const attributes = { ...numbered(100), googclient_schemaencoding: "BINARY" }
    const message = published(letterOf({ attributes }))
    assert.isUndefined(violationOf(message))
    assert.strictEqual(message.attributes["dlq-original-googclient_schemaencoding"], "BINARY")
    assert.lengthOf(originals(message.attributes), 90)
    assert.strictEqual(message.attributes["dlq-dropped-attributes"], "10")
  })

  it("an incoming dlq-original- attribute is not trusted either", () => {
    const attributes = {
      "dlq-original-googclient_schemaencoding": "forged",
      googclient_schemaencoding: "BINARY"
    }
    const message = published(letterOf({ attributes }))
    assert.strictEqual(message.attributes["dlq-original-googclient_schemaencoding"], "BINARY")
    assert.notInclude(Object.values(message.attributes), "forged")
  })

  it("names the path of the first field that is wrong, within a value's limit", () => {
    const letter = (path: string) => published(letterOf({}, { reason: "schema-violation", path }))
    assert.strictEqual(letter("order_id").attributes["dlq-path"], "order_id")
    assert.isUndefined(violationOf(letter("€".repeat(1_000))))
    assert.isUndefined(published(letterOf()).attributes["dlq-path"])
  })

  it("drops original attributes from the end, never one of its own", () => {
    const { attributes } = published(letterOf({ attributes: numbered(100), orderingKey: "key" }))
    assert.deepStrictEqual(originals(attributes), Object.keys(numbered(90)))
    assert.strictEqual(attributes["dlq-message-id"], "4711")
    assert.strictEqual(attributes["dlq-dropped-attributes"], "10")
  })

  it("[G3] near 10 MB, attributes give way to the data, which stays whole while it can", () => {
    const data = new Uint8Array(maxRequestBytes - 40_000)
    const message = published(letterOf({ data, attributes: numbered(90, "v".repeat(1_000)) }))
    assert.isUndefined(violationOf(message))
    assert.strictEqual(message.data.length, data.length)
    const kept = originals(message.attributes).length
    assert.isAbove(kept, 20)
    assert.strictEqual(message.attributes["dlq-dropped-attributes"], String(90 - kept))
  })

  it("[G3] data that leaves no room for the reason is cut, and the cut counted", () => {
    const data = new Uint8Array(maxRequestBytes - 10).fill(7)
    const message = published(letterOf({ data, attributes: { source: "shop" } }))
    assert.isUndefined(violationOf(message))
    const cut = Number(message.attributes["dlq-truncated-bytes"])
    assert.strictEqual(message.data.length + cut, data.length)
    assert.isBelow(cut, 4_000)
    assert.strictEqual(message.attributes["dlq-dropped-attributes"], "1")
  })

  const Attributes = Schema.Record(Schema.String, Schema.String)
  const sizes = [0, 1, 100, maxRequestBytes - 20_000, maxRequestBytes - 1_000, maxRequestBytes]

  it.effect.prop(
    "[G3] whatever the message was, its dead letter breaks no limit, and carries its data unless it says otherwise",
    {
      attributes: Attributes,
      crowd: Schema.Literals([0, 1, 60, 99, 100, 150]),
      stretch: Schema.Literals([1, 2, 90, 300, 1_100]),
      size: Schema.Literals(sizes),
      error: Schema.String,
      orderingKey: Schema.String,
      reason: Schema.Literals(deadLetterReasons),
      reserved: Schema.Literals([0, 1, 3, 95, 120]),
      path: Schema.String
    },
    ({ attributes, crowd, stretch, size, error, orderingKey, reason, reserved, path }) =>
      Effect.sync(() => {
        const stretched = Object.entries(attributes).map(([key, value]) => [
          key.repeat(stretch > 90 ? 1 : stretch),
          value.repeat(stretch)
        ])
        // Bytes of every value: mostly no UTF-8, and no part is like another.
        const data = new Uint8Array(size).map((_, index) => (index * 131) >> 3)
        const names = Array.from({ length: reserved }, (_, at) => [`goog-${at}`, `${at}`])
        const all = {
          ...numbered(crowd, "v".repeat(stretch)),
          ...Object.fromEntries([...stretched, ...names])
        }
        const letter = letterOf(
          { data, orderingKey: orderingKey.repeat(stretch), attributes: all },
          { error: error.repeat(stretch), reason, path: path.repeat(stretch) }
        )
        const message = published(letter)
        assert.isUndefined(violationOf(message))
        assert.strictEqual(message.attributes["dlq-reason"], reason)
        const cut = Number(message.attributes["dlq-truncated-bytes"] ?? 0)
        assert.isTrue(Buffer.from(message.data).equals(data.subarray(0, size - cut)))
        const dropped = Number(message.attributes["dlq-dropped-attributes"] ?? 0)
        const renamed = Object.keys(message.attributes).filter((key) => key.startsWith("dlq-original-"))
        assert.strictEqual(
          originals(message.attributes).length + renamed.length + dropped,
          Object.keys(all).filter((key) => !key.startsWith("dlq-")).length
        )
        // Reserved names come first: where one is dropped for want of room, no other is left.
        if (size === 0 && reserved <= 3) assert.isAtLeast(renamed.length, reserved)
      }),
    { arbitrary: { runs: 150 } }
  )

  it.effect.prop(
    "an error is cut by bytes at a character's boundary",
    {
      text: Schema.String,
      most: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })))
    },
    ({ text, most }) =>
      Effect.sync(() => {
        const mixed = `a€${text}é🧾${text}`
        const cut = clipped(mixed, most)
        assert.isAtMost(Buffer.byteLength(cut), most)
        assert.isTrue(mixed.toWellFormed().startsWith(cut))
        assert.isTrue(cut.isWellFormed())
        // No character more would have fitted.
        const next = [...mixed.toWellFormed().slice(cut.length)][0] ?? ""
        assert.isTrue(next === "" || Buffer.byteLength(cut + next) > most)
      })
  )
})
