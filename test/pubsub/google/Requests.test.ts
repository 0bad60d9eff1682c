/** How acknowledgements and messages are divided among requests, and what the wire's messages become. */

import { assert, describe, it } from "@effect/vitest"
import { protos } from "@google-cloud/pubsub"
import { Effect, Schema } from "effect"
import { HeldDeliveries } from "../../../src/pubsub/google/internal/HeldDeliveries.ts"
import { inRequests } from "../../../src/pubsub/google/internal/LeaseCalls.ts"
import { publishRequests } from "../../../src/pubsub/google/internal/PublishRequests.ts"
import { toDelivery } from "../../../src/pubsub/google/internal/ReceivedMessage.ts"
import { ackIdOverheadBytes, ackRequestMaxBytes, ackRequestMaxIds } from "../../../src/pubsub/Limits.ts"
import { maxRequestBytes, maxRequestMessages } from "../../../src/pubsub/MessageLimits.ts"
import { deliveryOf } from "./Deliveries.ts"

const heldWith = (ackIdLengths: ReadonlyArray<number>) => {
  const limits = { maxOutstandingMessages: 1, maxOutstandingBytes: 1 }
  return new HeldDeliveries(limits, () => 0).receive(
    ackIdLengths.map((length, index) => deliveryOf(`${index}`.padEnd(length, "-"))),
    { asideMessages: 0, asideBytes: 0 },
    0,
    0
  )
}

const { PubsubMessage } = protos.google.pubsub.v1

describe("acknowledgement requests", () => {
  it("stay below the service's limits on ids and on bytes", () => {
    const requests = inRequests([...heldWith(Array(6_000).fill(10)), ...heldWith(Array(6_000).fill(250))])
    assert.strictEqual(requests.flat().length, 12_000)
    for (const request of requests) {
      assert.isAtMost(request.length, ackRequestMaxIds)
      const bytes = request.reduce((sum, { delivery }) => sum + delivery.ackId.length + ackIdOverheadBytes, 0)
      assert.isAtMost(bytes, ackRequestMaxBytes)
    }
    assert.strictEqual(requests.length, 6)
  })

  it.effect.prop(
    "keep every id, in order, and are as few as that allows",
    { lengths: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200_000 }))) },
    ({ lengths }) =>
      Effect.sync(() => {
        const held = heldWith(lengths)
        const requests = inRequests(held)
        assert.deepStrictEqual(requests.flat(), held)
        for (const [index, request] of requests.entries()) {
          const next = requests[index + 1]?.[0]
          if (next === undefined) continue
          const bytes = [...request, next].reduce(
            (sum, { delivery }) => sum + delivery.ackId.length + ackIdOverheadBytes,
            0
          )
          assert.isAbove(bytes, ackRequestMaxBytes)
        }
      })
  )
})

describe("publish requests", () => {
  it.effect.prop(
    "keep every message, in order, within the limits on count and bytes",
    { weights: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxRequestBytes }))) },
    ({ weights }) =>
      Effect.sync(() => {
        const items = weights.map((bytes) => ({ bytes }))
        const requests = publishRequests(items, 100)
        assert.deepStrictEqual(requests.flat(), items)
        for (const request of requests) {
          if (request.length > 1)
            assert.isAtMost(100 + request.reduce((sum, { bytes }) => sum + bytes, 0), maxRequestBytes)
        }
      })
  )

  it("carry at most as many messages as the service takes", () => {
    const requests = publishRequests(Array(2_500).fill({ bytes: 1 }), 0)
    assert.deepStrictEqual(
      requests.map(({ length }) => length),
      [maxRequestMessages, maxRequestMessages, 500]
    )
  })
})

describe("received messages", () => {
  it("keep the microseconds of their publish time", () => {
    const publishTime = { seconds: "1700000000", nanos: 123_456_789 }
    assert.strictEqual(toDelivery({ message: { publishTime } }).publishTimeMicros, 1_700_000_000_123_456)
    const wire = PubsubMessage.encode({ publishTime: { ...publishTime, seconds: 1_700_000_000 } }).finish()
    const message = PubsubMessage.decode(wire)
    assert.strictEqual(toDelivery({ message }).publishTimeMicros, 1_700_000_000_123_456)
  })

  it("[G6] weigh what data, attributes, ordering key and ids weigh", () => {
    const { bytes } = toDelivery({
      ackId: "a".repeat(180),
      message: {
        messageId: "1".repeat(17),
        orderingKey: "k",
        data: new Uint8Array(40),
        attributes: { a: "b" }
      }
    })
    // Each of them with its tag and length; an attribute is a message of its own, as the whole is.
    assert.strictEqual(bytes, 2 + (2 + 40) + (2 + 1) + (2 + 3 + 3) + (2 + 17) + (3 + 180))
  })

  it("are whole deliveries even where the server leaves everything out", () => {
    assert.deepStrictEqual(toDelivery({}), {
      ackId: "",
      messageId: "",
      data: new Uint8Array(0),
      attributes: {},
      orderingKey: "",
      publishTimeMicros: 0,
      deliveryAttempt: 0,
      bytes: 6
    })
  })
})
