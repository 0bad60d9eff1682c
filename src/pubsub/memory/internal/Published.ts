/** A message that the embedded Pub/Sub has accepted. */

import type { Message } from "../../Message.ts"
import { deliveredBytes } from "../../MessageLimits.ts"

/** A message which the server has accepted. */
export interface Published extends Message {
  readonly messageId: string
  readonly publishTimeMicros: number
  /** What each delivery of it weighs in the limits on bytes. */
  readonly bytes: number
}

/** A message that was accepted before, by this server or by another one. */
export type AcceptedBefore = Omit<Published, "bytes">

/** A message which this subscription has not acknowledged. */
export interface Kept {
  readonly published: Published
  attempts: number
  isAcknowledged: boolean
}

/** A copy of it: what the publisher does with its own afterwards is no business of the consumers. */
export const publishedFrom = (message: AcceptedBefore): Published => ({
  data: new Uint8Array(message.data),
  attributes: { ...message.attributes },
  orderingKey: message.orderingKey,
  messageId: message.messageId,
  publishTimeMicros: message.publishTimeMicros,
  bytes: deliveredBytes(message, message.messageId, longestAckId)
})

/** No acknowledgement id of this server is longer; it is part of what a delivery weighs. */
const longestAckId = "0".repeat(24)
