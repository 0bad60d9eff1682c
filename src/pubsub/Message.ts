/** What a publisher sends, and one hand-over of it. */

/** What a publisher sends. */
export interface Message {
  readonly data: Uint8Array
  readonly attributes: Readonly<Record<string, string>>
  /** Empty when the message has none. */
  readonly orderingKey: string
}

/**
 * One hand-over of a message to us, under a lease.
 *
 * **Guarantee**: the same message may be delivered again; only `messageId` and the message itself stay the same.
 */
export interface Delivery extends Message {
  /** Never changed; replaced by an equal copy where {@link copyOutOfResponse} says so. */
  data: Uint8Array
  /** Names this hand-over to the server; a redelivery has another. */
  readonly ackId: string
  readonly messageId: string
  /** When the server accepted the message. **Units**: µs since the epoch. */
  readonly publishTimeMicros: number
  /** 1 for the first; 0 where the subscription does not count (it has no dead-letter policy). */
  readonly deliveryAttempt: number
  /**
   * What it takes of every limit on bytes: its data, attributes, ordering key and ids, counted once, on receipt.
   *
   * **Units**: bytes as encoded.
   */
  readonly bytes: number
}

/**
 * Gives deliveries that are kept for long bytes of their own: those of the network keep all their neighbours', a whole
 * response, in memory.
 */
export const copyOutOfResponse = (deliveries: ReadonlyArray<Delivery>): void => {
  for (const delivery of deliveries) {
    const { data } = delivery
    if (data.byteLength < data.buffer.byteLength) delivery.data = new Uint8Array(data)
  }
}
