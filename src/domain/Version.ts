/** Decides which of two writes wins: the Cassandra write timestamp of every cell Counterfoil writes. */
import { int64Max } from "./Int64.ts"
import type { Order } from "./Order.ts"
import type { Payment } from "./Payment.ts"

/**
 * Publish time in whole milliseconds × 1000, plus a hash (0–999) of the message's decoded fields.
 *
 * **Shape**: a bigint, since it is compared with the write times of other writers: int64, and above 2^53 where they
 * count nanoseconds.
 * **Units**: microseconds since the epoch; ours are exact until the year 2255.
 * **Guarantee**: never depends on arrival, so replays in any order leave the same table (G2).
 */
export type Version = bigint

/** The version of an order published at `publishTimeMicros`. */
export const versionOfOrder = (order: Order, publishTimeMicros: number): Version =>
  versionOf(publishTimeMicros, canonicalOrder(order))

/** The version of a payment published at `publishTimeMicros`. */
export const versionOfPayment = (payment: Payment, publishTimeMicros: number): Version =>
  versionOf(publishTimeMicros, canonicalPayment(payment))

/** The payment's fields as one text, a null as null; of two payments with one version the greater text wins whole. */
export const canonicalPayment = (payment: PaymentColumns): string =>
  JSON.stringify([
    payment.payment_id.toString().padStart(20, "0"),
    payment.payment_method,
    payment.card_last_four,
    payment.payment_status,
    payment.payment_datetime
  ])

/**
 * The version a payment in a row has by itself, where a tie raised the one it was written at.
 *
 * The hash in a version is that of the fields, so a raise by less than a millisecond shows. A payment that was
 * lifted above nulls of a foreign writer has lost its own version: the answer is then {@link versionAbove} the nulls.
 */
export const versionBeforeRaise = (payment: PaymentColumns, written: Version): Version => {
  const raisedBy = (written - BigInt(hashOf(canonicalPayment(payment)))) % millisecond
  return written - (raisedBy < 0n ? raisedBy + millisecond : raisedBy)
}

/**
 * The version at which a payment is visible above what a foreign writer wrote: the next whole millisecond, plus its own hash.
 *
 * Undefined where int64 has no such millisecond: nothing can be written above that.
 */
export const versionAbove = (payment: PaymentColumns, foreign: Version): Version | undefined => {
  const sinceMillisecond = foreign % millisecond
  const nextMillisecond =
    foreign - (sinceMillisecond < 0n ? sinceMillisecond + millisecond : sinceMillisecond) + millisecond
  const version = nextMillisecond + BigInt(hashOf(canonicalPayment(payment)))
  return version <= int64Max ? version : undefined
}

/** The five payment columns of a fact, as far as the tie between two payments depends on them. */
export type PaymentColumns = Pick<
  { [Field in keyof Payment]: Field extends "payment_id" ? bigint : Payment[Field] },
  "payment_id" | "payment_method" | "card_last_four" | "payment_status" | "payment_datetime"
>

const canonicalOrder = (order: Order): string =>
  JSON.stringify([
    order.order_id.toString(),
    order.customer_id === null ? null : order.customer_id.toString(),
    order.item,
    order.quantity.toString(),
    order.price,
    order.shipping_address,
    order.order_status,
    order.creation_date
  ])

const versionOf = (publishTimeMicros: number, canonical: string): Version =>
  // Added up as a number, which our own versions fit in: one bigint a message.
  BigInt(Math.floor(publishTimeMicros / 1000) * 1000 + hashOf(canonical))

const millisecond = 1000n

const hashOf = (canonical: string): number => fnv1a(canonical) % 1000

const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
