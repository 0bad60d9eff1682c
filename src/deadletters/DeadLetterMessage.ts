/** Builds a dead letter: the original message, with attributes that say why it is one. */
import type { Delivery, Message } from "../pubsub/Message.ts"
import {
  acceptedReservedKeys,
  attributeViolation,
  encodedBytes,
  isReserved,
  maxAttributes,
  maxAttributeValueBytes,
  maxRequestBytes
} from "../pubsub/MessageLimits.ts"
import { rfc3339 } from "../time/Rfc3339.ts"

/** What is known about a delivery that becomes a dead letter. */
export interface DeadLetter {
  readonly delivery: Delivery
  /** The full name of the subscription it came from. */
  readonly subscription: string
  /** From a closed list of the application, which users filter by. */
  readonly reason: string
  /** The first field that is wrong, where the reason is one. */
  readonly path?: string | undefined
  /** Path and expectation; never a value of the payload. */
  readonly error: string
}

/** The prefix of every attribute Counterfoil adds; incoming attributes with it are replaced, never trusted. */
export const deadLetterPrefix = "dlq-"

/** The prefix for attributes whose names the service refuses from a publisher. */
export const originalPrefix = `${deadLetterPrefix}original-`

/**
 * The message to publish for a dead letter.
 *
 * **Shape**: the original's bytes and attributes, plus `dlq-*`; no ordering key, which is kept as an attribute:
 * one request may carry one key only. An attribute whose name the service reserves (`googclient_schemaencoding`)
 * may say how the bytes are encoded: it is kept under `dlq-original-`. It and trace context are the last to be dropped.
 * **Guarantee**: within all of Pub/Sub's limits, whatever the original was. Where slots or bytes do not suffice,
 * original attributes are dropped from the end, counted in `dlq-dropped-attributes`; only where the data itself leaves
 * no room for the reason is it cut, counted in `dlq-truncated-bytes`.
 */
export const deadLetterMessage = (
  letter: DeadLetter,
  failedAtMillis: number,
  appVersion: string
): Message => {
  const own = ownAttributes(letter, failedAtMillis, appVersion)
  const original = originalAttributes(letter.delivery)
  const kept = original.filter(([key, value]) => attributeViolation(key, value) === undefined)
  const slots = maxAttributes - own.length
  // Once one is dropped, their count takes a slot too.
  if (kept.length < original.length || kept.length > slots) kept.splice(slots - 1)
  for (;;) {
    const message = assemble(letter.delivery.data, kept, own, original.length - kept.length)
    const excess = encodedBytes(message) - bytesMax
    if (excess <= 0) return message
    if (kept.length > 0) kept.pop()
    else return truncated(message, excess)
  }
}

/** The longest prefix of `text` within `bytesMax` bytes of UTF-8 that cuts no character. */
export const clipped = (text: string, bytesMax: number): string => {
  const bytes = Buffer.from(text.toWellFormed(), "utf8")
  if (bytes.length <= bytesMax) return text.toWellFormed()
  let end = bytesMax
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString("utf8", 0, end)
}

/** One message alone in a request, with room for the topic's name. **Units**: bytes. */
const bytesMax = maxRequestBytes - 1_024

type Attributes = ReadonlyArray<readonly [string, string]>

/**
 * The message's own attributes, without `dlq-*`; those with refused names are renamed. These and the trace context come
 * first: the one says how to read the message, the other where it came from.
 */
const originalAttributes = ({ attributes }: Delivery): Attributes => {
  const first: Array<readonly [string, string]> = []
  const others: Array<readonly [string, string]> = []
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith(deadLetterPrefix)) continue
    if (isReserved(key)) first.push([originalPrefix + key, value])
    else if (traceContextKeys.has(key)) first.push([key, value])
    else others.push([key, value])
  }
  return [...first, ...others]
}

/** Attributes in which publishers carry trace context. */
const traceContextKeys: ReadonlySet<string> = new Set(["traceparent", "tracestate", ...acceptedReservedKeys])

const ownAttributes = (letter: DeadLetter, failedAtMillis: number, appVersion: string): Attributes => {
  const { delivery } = letter
  const own: Array<readonly [string, string]> = [
    ["dlq-reason", letter.reason],
    ...(letter.path === undefined
      ? []
      : [["dlq-path", clipped(letter.path, maxAttributeValueBytes)] as const]),
    ["dlq-error", clipped(letter.error, maxAttributeValueBytes)],
    ["dlq-subscription", letter.subscription],
    ["dlq-message-id", delivery.messageId],
    ["dlq-publish-time", rfc3339(delivery.publishTimeMicros)],
    ["dlq-failed-at", rfc3339(failedAtMillis * 1000)],
    ["dlq-delivery-attempt", String(delivery.deliveryAttempt)],
    ["dlq-app-version", appVersion]
  ]
  if (delivery.orderingKey !== "")
    own.push(["dlq-ordering-key", clipped(delivery.orderingKey, maxAttributeValueBytes)])
  return own
}

const assemble = (data: Uint8Array, kept: Attributes, own: Attributes, dropped: number): Message => {
  const counted: Attributes = dropped > 0 ? [["dlq-dropped-attributes", String(dropped)]] : []
  return { data, attributes: Object.fromEntries([...kept, ...own, ...counted]), orderingKey: "" }
}

/** Room for the attribute that says how much was cut. */
const truncationNoteBytes = 64

const truncated = (message: Message, excess: number): Message => {
  const cut = excess + truncationNoteBytes
  return {
    ...message,
    data: message.data.subarray(0, message.data.length - cut),
    attributes: { ...message.attributes, "dlq-truncated-bytes": String(cut) }
  }
}
