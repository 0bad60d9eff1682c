/** Adds up payments that were given up because they had no order. */
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { Payment } from "../domain/Payment.ts"
import type { Arrival } from "./GraceAdvice.ts"
import type { OrderOfPayment } from "./OrdersOfPayments.ts"

/** A payment by its ids. **Shape**: decimal text. */
export interface PaymentIds {
  readonly orderId: string
  readonly paymentId: string
}

/** A payment that was given up, with its dead letter. */
export interface UnmatchedPayment {
  readonly letter: ReceivedDeadLetter
  readonly payment: Payment
}

/** Payments that were given up because they had no order; each counts once, by what is known of its order now. */
export interface UnmatchedPayments {
  /** How late their orders were, where that is known, the least first. **Units**: milliseconds. */
  readonly lateMillis: ReadonlyArray<number>
  /** The one whose order was the latest. */
  readonly latest: PaymentIds | undefined
  /** How many still have no order, and one of them. */
  readonly absent: number
  readonly absentExample: PaymentIds | undefined
  /** The row of the order was written by another program: its write time says nothing of a publish. */
  readonly untold: number
  /** Nothing says when the payment was published, as in dead letters of the original's consumer. */
  readonly undated: number
  /** The fact table did not answer. */
  readonly notAsked: number
  /** All of them, the earliest first. */
  readonly arrivals: ReadonlyArray<Arrival>
}

/** Makes an empty sum. */
export const makeUnmatchedPayments = () => {
  const lateMillis: Array<number> = []
  const arrivals: Array<Arrival> = []
  const counts = { absent: 0, untold: 0, undated: 0, notAsked: 0 }
  let latest: { readonly millis: number; readonly ids: PaymentIds } | undefined
  let absentExample: PaymentIds | undefined
  return {
    /** Adds a payment, with what is known of its order. */
    add: ({ letter, payment }: UnmatchedPayment, order: OrderOfPayment): void => {
      const { delivery, publishTimeMicros } = letter
      arrivals.push({ millis: publishTimeMicros / 1000, bytes: delivery.bytes })
      const ids = { orderId: String(payment.order_id), paymentId: String(payment.payment_id) }
      if (order._tag === "NotAsked") counts.notAsked++
      else if (order._tag === "Absent") {
        counts.absent++
        absentExample = ids
      } else if (letter.markedBy === "nobody" || publishTimeMicros === delivery.publishTimeMicros) {
        // The time at which the dead letter came, or came before it was restored, stands there for want of another.
        counts.undated++
      } else if (order.lateMillis === undefined) counts.untold++
      else {
        lateMillis.push(order.lateMillis)
        if (latest === undefined || order.lateMillis > latest.millis)
          latest = { millis: order.lateMillis, ids }
      }
    },
    picture: (): UnmatchedPayments => ({
      ...counts,
      lateMillis: lateMillis.toSorted((one, other) => one - other),
      latest: latest?.ids,
      absentExample,
      arrivals: arrivals.toSorted((one, other) => one.millis - other.millis)
    })
  }
}
