/** Makes of a dead letter that was taken out of its topic the message that puts it back. */
import type { Delivery, Message } from "../pubsub/Message.ts"
import { encodedBytes, isReserved, maxAttributes, maxRequestBytes } from "../pubsub/MessageLimits.ts"
import { rfc3339 } from "../time/Rfc3339.ts"
import { deadLetterPrefix, originalPrefix } from "./DeadLetterMessage.ts"
import { originalPublishTimeMicros } from "./ReceivedDeadLetter.ts"

/** The id that a restored dead letter had first, so that it is known again. */
export const restoredIdKey = `${deadLetterPrefix}restored-id`

/**
 * The message that puts a dead letter back: its bytes, attributes and ordering key, at its old version.
 *
 * The server gives it a new publish time, and attributes that claim none, or one that was not believed, would make it
 * newer by that: then `dlq-publish-time` is set to the time that gave it its version so far. An attribute whose name
 * the service reserves goes under `dlq-original-`, as in any dead letter of ours. Where there is room for it,
 * `dlq-restored-id` says which one it was.
 *
 * **Guarantee**: its version, whenever it is published, is that of the dead letter (G2). To restore what was restored
 * changes nothing more.
 */
export const restoredMessage = (delivery: Delivery): Message => {
  const { data, orderingKey } = delivery
  const attributes = Object.fromEntries(
    Object.entries(delivery.attributes).map(([key, value]) => [
      isReserved(key) ? originalPrefix + key : key,
      value
    ])
  )
  const versionMicros = originalPublishTimeMicros(delivery)
  if (originalPublishTimeMicros({ ...delivery, publishTimeMicros: muchLater }) !== versionMicros)
    attributes[`${deadLetterPrefix}publish-time`] = rfc3339(versionMicros)
  const marked = { ...attributes, [restoredIdKey]: firstIdOf(delivery) }
  const message = { data, attributes: marked, orderingKey }
  const hasRoom =
    Object.keys(marked).length <= maxAttributes && encodedBytes(message) <= maxRequestBytes - topicNameBytes
  return hasRoom ? message : { ...message, attributes }
}

/** The id that a dead letter had before it was ever restored. */
export const firstIdOf = ({ attributes, messageId }: Delivery): string =>
  attributes[restoredIdKey] ?? messageId

/** Later than whatever a claim of a publish time could be. **Units**: µs since the epoch. */
const muchLater = Number.MAX_SAFE_INTEGER

/** What a request weighs besides its message. **Units**: bytes. */
const topicNameBytes = 1_024
