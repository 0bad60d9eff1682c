/** Deliveries for tests that need no server. */
import type { Delivery } from "../../../src/pubsub/Message.ts"
import { deliveredBytes } from "../../../src/pubsub/MessageLimits.ts"

/** A delivery of so many bytes of data. **Units**: `publishTimeMicros` µs since the epoch. */
export const deliveryOf = (ackId: string, orderingKey = "", bytes = 1, publishTimeMicros = 0): Delivery => ({
  ackId,
  orderingKey,
  messageId: ackId,
  data: new Uint8Array(bytes),
  attributes: {},
  publishTimeMicros,
  deliveryAttempt: 0,
  bytes: deliveredBytes({ data: new Uint8Array(bytes), attributes: {}, orderingKey }, ackId, ackId)
})
