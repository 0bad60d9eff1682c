import { describe, expect, it } from "vitest"
import { deadLetterMessage } from "../../src/deadletters/DeadLetterMessage.ts"
import { originalPublishTimeMicros, receivedDeadLetter } from "../../src/deadletters/ReceivedDeadLetter.ts"
import { violationOf } from "../../src/pubsub/MessageLimits.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

const acceptedAt = 1_700_000_600_000_000
const seconds = (count: number): number => count * 1_000_000

const letterOf = (attributes: Readonly<Record<string, string>>) =>
  deliveryOf("letter", { attributes, publishTimeMicros: acceptedAt })

describe("a received dead letter", () => {
  it("says what its publisher knew of the original, and gives its attributes their own names back", () => {
    const original = deliveryOf("original", {
      data: bytesOf("{}"),
      orderingKey: "key",
      publishTimeMicros: 1_700_000_000_123_456,
      deliveryAttempt: 3,
      attributes: { tenant: "a", googclient_schemaencoding: "JSON", "dlq-reason": "forged" }
    })
    const message = deadLetterMessage(
      {
        delivery: original,
        subscription: "projects/p/subscriptions/s",
        reason: "schema-violation",
        path: "quantity",
        error: "quantity: expected an integer"
      },
      1_700_000_500_000,
      "1.2.3"
    )
    const letter = receivedDeadLetter(deliveryOf("letter", { ...message, publishTimeMicros: acceptedAt }))
    expect(letter).toMatchObject({
      markedBy: "counterfoil",
      reason: "schema-violation",
      path: "quantity",
      error: "quantity: expected an integer",
      subscription: "projects/p/subscriptions/s",
      messageId: "original",
      publishTimeMicros: 1_700_000_000_123_456,
      failedAtMicros: 1_700_000_500_000_000,
      deliveryAttempt: "3",
      appVersion: "1.2.3",
      orderingKey: "key",
      attributes: { tenant: "a", googclient_schemaencoding: "JSON" },
      droppedAttributes: undefined,
      truncatedBytes: undefined
    })
  })

  it("[G3] of a message at all of Pub/Sub's limits is within them, and is read back as far as it was kept", () => {
    const names = Array.from({ length: 99 }, (_, index) => `${index}`.padEnd(256, "k"))
    const original = deliveryOf("original", {
      data: new Uint8Array(9_900_000).fill(0x61),
      orderingKey: "é".repeat(512),
      attributes: {
        ...Object.fromEntries(names.map((name) => [name, "é".repeat(512)])),
        googclient_schemaencoding: "JSON"
      }
    })
    const message = deadLetterMessage(
      {
        delivery: original,
        subscription: `projects/p/subscriptions/${"s".repeat(255)}`,
        reason: "schema-violation",
        path: "日".repeat(500),
        error: "日".repeat(500)
      },
      1_700_000_500_000,
      "1.2.3"
    )
    expect(violationOf(message)).toBeUndefined()
    const letter = receivedDeadLetter(deliveryOf("letter", message))
    const kept = Object.keys(letter.attributes)
    expect(kept).toContain("googclient_schemaencoding")
    expect(kept.length + Number(letter.droppedAttributes)).toBe(100)
    expect(letter.path).toBe("日".repeat(341))
    expect(letter.orderingKey).toBe("é".repeat(512))
    expect(letter.delivery.data).toHaveLength(9_900_000)
  })

  it("of Pub/Sub's own policy names subscription, attempts and publish time too", () => {
    const letter = receivedDeadLetter(
      letterOf({
        tenant: "a",
        CloudPubSubDeadLetterSourceDeliveryCount: "5",
        CloudPubSubDeadLetterSourceSubscription: "payment_data-sub",
        CloudPubSubDeadLetterSourceSubscriptionProject: "p",
        CloudPubSubDeadLetterSourceTopicPublishTime: "2023-11-14T22:13:20.123+00:00"
      })
    )
    expect(letter).toMatchObject({
      markedBy: "pubsub",
      reason: undefined,
      subscription: "projects/p/subscriptions/payment_data-sub",
      deliveryAttempt: "5",
      publishTimeMicros: 1_700_000_000_123_000,
      attributes: { tenant: "a" }
    })
  })

  it("without attributes is nobody's, published when it came into this topic", () => {
    expect(receivedDeadLetter(letterOf({}))).toMatchObject({
      markedBy: "nobody",
      reason: undefined,
      subscription: undefined,
      messageId: undefined,
      publishTimeMicros: acceptedAt
    })
  })
})

describe("the publish time that gives a dead letter its version", () => {
  const claimed = (text: string) => originalPublishTimeMicros(letterOf({ "dlq-publish-time": text }))

  it("is that of the original", () => {
    expect(claimed(rfc3339(acceptedAt - seconds(3_600)))).toBe(acceptedAt - seconds(3_600))
  })

  it("[G2] a claim of up to 60 s after the dead letter's own time is believed, and not a microsecond more", () => {
    expect(claimed(rfc3339(acceptedAt + seconds(60)))).toBe(acceptedAt + seconds(60))
    expect(claimed(rfc3339(acceptedAt + seconds(60) + 1))).toBe(acceptedAt)
    expect(claimed("9999-12-31T23:59:59Z")).toBe(acceptedAt)
  })

  it.each(["", "soon", "2026-02-31T12:00:00Z", "1969-01-01T00:00:00Z", "1e18"])(
    "[G2] %j is malformed: then it is the dead letter's own",
    (text) => {
      expect(claimed(text)).toBe(acceptedAt)
    }
  )

  it("[G2] Pub/Sub's attribute is bounded likewise", () => {
    const attributes = { CloudPubSubDeadLetterSourceTopicPublishTime: "9999-01-01T00:00:00Z" }
    expect(originalPublishTimeMicros(letterOf(attributes))).toBe(acceptedAt)
  })
})
