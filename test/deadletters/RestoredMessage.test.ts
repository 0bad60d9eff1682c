import { describe, expect, it } from "vitest"
import { originalPublishTimeMicros, receivedDeadLetter } from "../../src/deadletters/ReceivedDeadLetter.ts"
import { restoredMessage } from "../../src/deadletters/RestoredMessage.ts"
import { violationOf } from "../../src/pubsub/MessageLimits.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { deliveryOf } from "../support/Samples.ts"

const acceptedAt = 1_700_000_600_000_000
const day = 86_400_000_000

const letterOf = (attributes: Readonly<Record<string, string>>) =>
  deliveryOf("17", { attributes, orderingKey: "key", publishTimeMicros: acceptedAt })

/** As the server delivers it, once it accepted what restores the letter, a day later. */
const restoredOf = (letter: ReturnType<typeof letterOf>) =>
  deliveryOf("18", { ...restoredMessage(letter), publishTimeMicros: acceptedAt + day })

const claims: ReadonlyArray<readonly [string, Readonly<Record<string, string>>]> = [
  ["its own claim", { "dlq-publish-time": rfc3339(acceptedAt - 1) }],
  ["a claim that clocks may differ by", { "dlq-publish-time": rfc3339(acceptedAt + 59_000_000) }],
  ["no claim, as others' dead letters", { source: "shop" }],
  ["a malformed claim", { "dlq-publish-time": "yesterday" }],
  ["a claim in the future, which is not believed", { "dlq-publish-time": rfc3339(acceptedAt + day / 2) }],
  ["a claim in the far future", { "dlq-publish-time": "9999-12-31T23:59:59Z" }],
  [
    "the claim of Pub/Sub's own policy",
    { CloudPubSubDeadLetterSourceTopicPublishTime: rfc3339(acceptedAt - 5) }
  ],
  [
    "a claim of that policy in the future",
    { CloudPubSubDeadLetterSourceTopicPublishTime: rfc3339(acceptedAt + day) }
  ]
]

describe("a restored dead letter", () => {
  it.each(claims)("[G2] keeps its version: %s", (_, attributes) => {
    const letter = letterOf(attributes)
    const restored = restoredOf(letter)
    expect(originalPublishTimeMicros(restored)).toBe(originalPublishTimeMicros(letter))
    expect(originalPublishTimeMicros(restoredOf(restored))).toBe(originalPublishTimeMicros(letter))
    expect(restoredMessage(restored)).toEqual(restoredMessage(letter))
  })

  it("has the same bytes, attributes and ordering key, and says which one it was", () => {
    const attributes = {
      "dlq-reason": "undecodable",
      "dlq-publish-time": rfc3339(acceptedAt - 1),
      tenant: "a",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      googclient_traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
    }
    const letter = letterOf(attributes)
    expect(restoredMessage(letter)).toEqual({
      data: letter.data,
      attributes: { ...attributes, "dlq-restored-id": "17" },
      orderingKey: "key"
    })
  })

  it("is marked by nobody where it was, and keeps an attribute that the service reserves", () => {
    const letter = receivedDeadLetter(restoredOf(letterOf({ googclient_schemaencoding: "JSON" })))
    expect(letter).toMatchObject({ markedBy: "nobody", attributes: { googclient_schemaencoding: "JSON" } })
  })

  it("with all the attributes that there may be says nothing of itself, and is published", () => {
    const all = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`key-${index}`, "v"]))
    const letter = letterOf({ ...all, "dlq-publish-time": rfc3339(acceptedAt - 1) })
    expect(restoredMessage(letter).attributes).toEqual(letter.attributes)
    expect(violationOf(restoredMessage(letter))).toBeUndefined()
  })
})
