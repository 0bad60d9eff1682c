/** Turns what the wire carries into deliveries. */
import type { protos } from "@google-cloud/pubsub"
import type { Delivery } from "../../Message.ts"
import { deliveredBytes } from "../../MessageLimits.ts"

/** A message as the Google client hands it over. */
export type ReceivedMessage = protos.google.pubsub.v1.IReceivedMessage

/** Turns a received message into a delivery, without copying its data. */
export const toDelivery = (received: ReceivedMessage): Delivery => {
  const ackId = received.ackId ?? ""
  const messageId = received.message?.messageId ?? ""
  const data = toBytes(received.message?.data)
  const attributes = received.message?.attributes ?? {}
  const orderingKey = received.message?.orderingKey ?? ""
  return {
    ackId,
    messageId,
    data,
    attributes,
    orderingKey,
    publishTimeMicros: toMicros(received.message?.publishTime),
    deliveryAttempt: received.deliveryAttempt ?? 0,
    bytes: deliveredBytes({ data, attributes, orderingKey }, messageId, ackId)
  }
}

const noBytes = new Uint8Array(0)

const toBytes = (data: Uint8Array | string | null | undefined): Uint8Array =>
  typeof data === "string" ? Buffer.from(data, "base64") : (data ?? noBytes)

const toMicros = (time: protos.google.protobuf.ITimestamp | null | undefined): number =>
  toNumber(time?.seconds) * 1_000_000 + Math.floor((time?.nanos ?? 0) / 1000)

/** 64-bit integers are objects of the vendor's own. */
const toNumber = (value: { readonly toNumber: () => number } | number | string | null | undefined): number =>
  typeof value === "object" && value !== null ? value.toNumber() : Number(value ?? 0)
