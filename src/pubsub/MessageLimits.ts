/** What Pub/Sub accepts from a publisher, checked before anything is sent. */
import type { Message } from "./Message.ts"

/** The most messages one publish request carries. */
export const maxRequestMessages = 1_000

/** The most one publish request weighs, and so one message. **Units**: bytes, as encoded. */
export const maxRequestBytes = 10_000_000

/** The most attributes of a message. */
export const maxAttributes = 100

/** The longest attribute key. **Units**: bytes of UTF-8. */
export const maxAttributeKeyBytes = 256

/** The longest attribute value. **Units**: bytes of UTF-8. */
export const maxAttributeValueBytes = 1_024

/** The longest ordering key. **Units**: bytes of UTF-8. */
export const maxOrderingKeyBytes = 1_024

/**
 * How attribute keys must not begin, in any case.
 *
 * **Source**: the service's own answer, "Attribute keys must be non-empty and must not begin with 'goog'
 * (case-insensitive)".
 */
export const reservedKeyPrefix = "goog"

/**
 * The reserved keys which the service accepts all the same: Google's client libraries carry trace context in
 * them, so that messages have them which were never ours.
 */
export const acceptedReservedKeys: ReadonlySet<string> = new Set([
  "googclient_traceparent",
  "googclient_tracestate"
])

/** Whether the service refuses an attribute of this name from a publisher because the name is reserved. */
export const isReserved = (key: string): boolean =>
  key.toLowerCase().startsWith(reservedKeyPrefix) && !acceptedReservedKeys.has(key)

/**
 * Says which limit of Pub/Sub a message breaks; undefined when none.
 *
 * **Guarantee**: the sentence quotes no attribute value and no data, and of a key only its first 64 characters. A
 * message without a violation is within the weight of one request, the topic's name not counted.
 */
export const violationOf = (message: Message): string | undefined => {
  const keys = Object.keys(message.attributes)
  if (message.data.byteLength === 0 && keys.length === 0) return "no data and no attribute"
  if (keys.length > maxAttributes) return `${keys.length} attributes, ${maxAttributes} allowed`
  for (const key of keys) {
    const violation = attributeViolation(key, message.attributes[key] ?? "")
    if (violation !== undefined) return violation
  }
  if (!message.orderingKey.isWellFormed()) return "ordering key is not well-formed Unicode"
  const keyBytes = Buffer.byteLength(message.orderingKey)
  if (keyBytes > maxOrderingKeyBytes)
    return `ordering key of ${keyBytes} bytes, ${maxOrderingKeyBytes} allowed`
  const bytes = encodedBytes(message)
  if (bytes > maxRequestBytes) return `${bytes} bytes, ${maxRequestBytes} allowed`
  return undefined
}

/**
 * What a message adds to the weight of a publish request.
 *
 * **Units**: bytes of its protocol buffer encoding, framing included.
 */
export const encodedBytes = (message: Message): number => {
  let bytes = field(message.data.byteLength)
  if (message.orderingKey !== "") bytes += framed(Buffer.byteLength(message.orderingKey))
  for (const key in message.attributes) {
    // A map entry is itself a message of two fields, which are there even when they are empty.
    const entry = framed(Buffer.byteLength(key)) + framed(Buffer.byteLength(message.attributes[key] ?? ""))
    bytes += framed(entry)
  }
  return framed(bytes)
}

/**
 * What a message takes of our limits once it is delivered: with its ids, which are ASCII and
 * may weigh as much as a small message.
 *
 * **Units**: bytes of its protocol buffer encoding.
 */
export const deliveredBytes = (message: Message, messageId: string, ackId: string): number =>
  encodedBytes(message) + framed(messageId.length) + framed(ackId.length)

/** Says which limit one attribute breaks; undefined when none. */
export const attributeViolation = (key: string, value: string): string | undefined => {
  if (key === "") return "an attribute key is empty"
  if (!key.isWellFormed()) return "an attribute key is not well-formed Unicode"
  const shown = JSON.stringify(key.slice(0, 64))
  const keyBytes = Buffer.byteLength(key)
  if (keyBytes > maxAttributeKeyBytes) {
    return `attribute key ${shown}… of ${keyBytes} bytes, ${maxAttributeKeyBytes} allowed`
  }
  if (isReserved(key)) {
    return `attribute key ${shown} begins with ${reservedKeyPrefix}`
  }
  if (!value.isWellFormed()) return `value of attribute ${shown} is not well-formed Unicode`
  const valueBytes = Buffer.byteLength(value)
  if (valueBytes > maxAttributeValueBytes) {
    return `value of attribute ${shown} of ${valueBytes} bytes, ${maxAttributeValueBytes} allowed`
  }
  return undefined
}

/** An empty field is not encoded at all. */
const field = (length: number): number => (length === 0 ? 0 : framed(length))

/** One byte of tag, the length as a varint, the content. */
const framed = (length: number): number => {
  let bytes = 2 + length
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) bytes += 1
  return bytes
}
