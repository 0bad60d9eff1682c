/** The verdict that a payment has no order: what it takes besides a look-up that finds none (G5). */
import type { OrdersReport } from "./OrdersProgress.ts"
import type { ProgressReading } from "./ProgressReadings.ts"

/** What a verdict is given on. */
export interface JudgedPayment {
  readonly orderId: bigint
  /** **Units**: µs since the epoch. */
  readonly publishTimeMicros: number
  /** Since when it is held here. **Units**: ms of a monotonic clock. */
  readonly sinceMillis: number
}

/** Verdicts by one reading of the progress table; one reading serves many payments. */
export interface UnmatchedVerdict {
  /** Whether the payment is unmatched, if a look-up that begins now finds no order. */
  readonly isUnmatched: (payment: JudgedPayment) => boolean
  /** Whether the grace of the payment was over when the table was read. */
  readonly isGraceOver: (payment: JudgedPayment) => boolean
  /** Whether a dead letter may be handed to the publisher still. */
  readonly isDue: () => boolean
}

/** What verdicts are made from. */
export interface VerdictBasis {
  readonly reading: ProgressReading
  /** How far this process has come now: its row may be a second old. */
  readonly own: OrdersReport
  readonly graceMillis: number
  readonly isDue: () => boolean
}

/**
 * A payment is unmatched only when it was held here for the grace before the table was read, every process has passed
 * its publish time by the grace, and nobody tells of its order by id.
 */
export const unmatchedVerdict = ({ reading, own, graceMillis, isDue }: VerdictBasis): UnmatchedVerdict => {
  const passedMicros = Math.min(reading.passedMicros, own.watermarkMicros)
  const ownIds = new Set(own.orderIds)
  const isGraceOver = ({ sinceMillis }: JudgedPayment): boolean =>
    sinceMillis + graceMillis <= reading.startedAtMillis
  return {
    isDue,
    isGraceOver,
    isUnmatched: (payment) =>
      isDue() &&
      isGraceOver(payment) &&
      payment.publishTimeMicros + graceMillis * 1_000 < passedMicros &&
      !reading.orderIds.has(payment.orderId) &&
      !ownIds.has(payment.orderId)
  }
}
