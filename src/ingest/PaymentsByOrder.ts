import type { HandlingFailure } from "../domain/Fate.ts"
import type { Payment } from "../domain/Payment.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"

/** A payment in the waiting room. */
export interface WaitingPayment {
  readonly decoded: DecodedDelivery<Payment, HandlingFailure>
  readonly orderId: bigint
  readonly bytes: number
  /** **Units**: ms of a monotonic clock, as `dueAtMillis`. */
  readonly sinceMillis: number
  /** When it is looked up next. */
  dueAtMillis: number
  /** Whether its order is known to be stored since it was looked up last. */
  isWoken: boolean
  /** Taken to be looked up; it keeps its place meanwhile. */
  isTaken: boolean
  /** Since it came, or since its grace was over. */
  rechecks: number
  /** Whether it was looked up after its grace. */
  isOverdue: boolean
}

/** The payments in the waiting room, by their order, in turn. */
export class PaymentsByOrder {
  readonly #byOrder = new Map<bigint, Set<WaitingPayment>>()
  readonly #woken = new Set<WaitingPayment>()
  /** All, in turn: not by order, since an order with many payments would delay the payments of others. */
  readonly #inTurn = new Set<WaitingPayment>()

  /** Puts a payment at the end of the queue. */
  add(payment: WaitingPayment): void {
    const ofOrder = this.#byOrder.get(payment.orderId)
    if (ofOrder === undefined) this.#byOrder.set(payment.orderId, new Set([payment]))
    else ofOrder.add(payment)
    if (payment.isWoken) this.#woken.add(payment)
    this.#inTurn.add(payment)
  }

  remove(payment: WaitingPayment): void {
    const ofOrder = this.#byOrder.get(payment.orderId)
    ofOrder?.delete(payment)
    if (ofOrder?.size === 0) this.#byOrder.delete(payment.orderId)
    this.#woken.delete(payment)
    this.#inTurn.delete(payment)
  }

  /** Makes the payments of an order the next to be taken; returns whether there are any. */
  wake(orderId: bigint): boolean {
    const ofOrder = this.#byOrder.get(orderId)
    if (ofOrder === undefined) return false
    for (const payment of ofOrder) {
      payment.isWoken = true
      this.#woken.add(payment)
    }
    return true
  }

  /** Takes some of those whose order came, then of those that are due, in turn; they keep their places. */
  takeDue(atMost: number, nowMillis: number): ReadonlyArray<WaitingPayment> {
    const taken: Array<WaitingPayment> = []
    for (const payment of this.#woken) {
      if (taken.length >= atMost) return taken
      if (!payment.isTaken) taken.push(take(payment))
      // One that is taken is being looked up, perhaps too early: it is taken again when it is back.
      if (!payment.isWoken) this.#woken.delete(payment)
    }
    for (const payment of this.#inTurn) {
      if (taken.length >= atMost) return taken
      if (!payment.isTaken && payment.dueAtMillis <= nowMillis) taken.push(take(payment))
    }
    return taken
  }

  /** Those that are not taken yet, in turn. */
  *idle(): IterableIterator<WaitingPayment> {
    for (const payment of this.#inTurn) if (!payment.isTaken) yield payment
  }

  /** Takes all that are not taken yet, due or not. */
  takeIdle(): ReadonlyArray<WaitingPayment> {
    return [...this.idle()].map(take)
  }

  /** Takes all, due or not, taken or not. */
  takeAll(): ReadonlyArray<WaitingPayment> {
    return [...this.#inTurn].map(take)
  }

  /** Those that are meant, by going through all. */
  find(isMeant: (payment: WaitingPayment) => boolean): ReadonlyArray<WaitingPayment> {
    return [...this.#inTurn].filter(isMeant)
  }

  /** When the payment that has waited longest was added; undefined where there is none. */
  get oldestMillis(): number | undefined {
    let oldest: number | undefined
    for (const { sinceMillis } of this.#inTurn) oldest = Math.min(oldest ?? sinceMillis, sinceMillis)
    return oldest
  }
}

const take = (payment: WaitingPayment): WaitingPayment => {
  payment.isTaken = true
  payment.isWoken = false
  return payment
}
